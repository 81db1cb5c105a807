const HOUR_MS = 3_600_000;

/** The hour of a time, both in milliseconds since 1970. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

/** Counts in the same bins for each hour: what tells since when a feature has drifted. */
export class HourlyCounts {
  readonly #bins: number;
  readonly #hours = new Map<number, number[]>();

  constructor(bins: number) {
    this.#bins = bins;
  }

  add(hour: number, bin: number): void {
    let counts = this.#hours.get(hour);
    if (counts === undefined) {
      counts = Array<number>(this.#bins).fill(0);
      this.#hours.set(hour, counts);
    }
    counts[bin] = (counts[bin] ?? 0) + 1;
  }

  total(): number[] {
    const total = Array<number>(this.#bins).fill(0);
    for (const counts of this.#hours.values()) {
      for (const [bin, count] of counts.entries()) total[bin] = (total[bin] ?? 0) + count;
    }
    return total;
  }

  /** The counts of each of these hours, all 0 where nothing came. */
  of(hours: readonly number[]): number[][] {
    return hours.map((hour) => this.#hours.get(hour) ?? Array<number>(this.#bins).fill(0));
  }
}
