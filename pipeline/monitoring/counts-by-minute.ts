const MINUTE_MS = 60_000;

/** The minute of a time, both in milliseconds since 1970. */
export function minuteOf(time: number): number {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS;
}

/** Counts in the same bins for each minute: what tells since when a feature has drifted. */
export class CountsByMinute {
  readonly #bins: number;
  readonly #minutes = new Map<number, number[]>();

  constructor(bins: number) {
    this.#bins = bins;
  }

  add(minute: number, bin: number): void {
    let counts = this.#minutes.get(minute);
    if (counts === undefined) {
      counts = Array<number>(this.#bins).fill(0);
      this.#minutes.set(minute, counts);
    }
    counts[bin] = (counts[bin] ?? 0) + 1;
  }

  total(): number[] {
    const total = Array<number>(this.#bins).fill(0);
    for (const counts of this.#minutes.values()) {
      for (const [bin, count] of counts.entries()) total[bin] = (total[bin] ?? 0) + count;
    }
    return total;
  }

  /** The counts of each of these minutes, all 0 where nothing came. */
  of(minutes: readonly number[]): number[][] {
    return minutes.map((minute) => this.#minutes.get(minute) ?? Array<number>(this.#bins).fill(0));
  }
}
