import { sum } from "../evaluation/metrics.ts";

/** A stretch of time and what was answered in it. */
export interface Moment {
  /** When it begins: ISO 8601, UTC. */
  readonly at: string;
  readonly records: number;
  /** Answers below the application's threshold. */
  readonly low: number;
  /** Answers by their class. */
  readonly classes: readonly number[];
  /** The confidence that a twentieth, a quarter, half, ... of the answers do not exceed. */
  readonly p5: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

/** Answers over time, in stretches of equal length; those without an answer are left out. */
export interface Timeline {
  /** Length of each moment. */
  readonly seconds: number;
  /** In order. */
  readonly moments: readonly Moment[];
}

/** Lengths in seconds, each a multiple of the one before, so that stretches can be joined. */
const LENGTHS = [
  1, 2, 10, 30, 60, 120, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800, 31_449_600,
];
const MOST_MOMENTS = 96;
/** Fewer moments than this are not joined for being small. */
const FEW_MOMENTS = 12;
/** Quantiles of fewer answers are noise. */
const RECORDS_A_MOMENT = 20;

/** Bins of the doubt, 1 - confidence, equal in its logarithm: quantiles are off by at most 7% of it. */
const BINS_A_DECADE = 16;
const DECADES = 6;

interface Stretch {
  readonly classes: number[];
  low: number;
  /** Counts by doubt, from certainty on. */
  readonly doubts: Uint32Array;
}

/**
 * Gathers answers over time in constant memory: stretches are joined as the period grows. The same
 * answers give the same timeline, in whatever order they come.
 */
export class TimelineBuilder {
  readonly #classes: number;
  readonly #threshold: number;
  #length = 0;
  #stretches = new Map<number, Stretch>();
  #first = Infinity;
  #last = -Infinity;

  constructor(classes: number, threshold: number) {
    this.#classes = classes;
    this.#threshold = threshold;
  }

  /** An answer's likeliest class, its confidence, and when it came, in milliseconds since 1970. */
  add(label: number, confidence: number, time: number): void {
    const second = Math.floor(time / 1000);
    if (second < this.#first || second > this.#last) this.#widen(second);
    const place = Math.floor(second / this.#seconds);
    let stretch = this.#stretches.get(place);
    if (stretch === undefined) {
      stretch = this.#empty();
      this.#stretches.set(place, stretch);
    }
    stretch.classes[label] = (stretch.classes[label] ?? 0) + 1;
    if (confidence < this.#threshold) stretch.low += 1;
    const bin = binOf(confidence);
    stretch.doubts[bin] = (stretch.doubts[bin] ?? 0) + 1;
  }

  timeline(): Timeline {
    const records = sum([...this.#stretches.values()].map(({ classes }) => sum(classes)));
    while (
      this.#stretches.size > FEW_MOMENTS &&
      records / this.#stretches.size < RECORDS_A_MOMENT &&
      this.#length + 1 < LENGTHS.length
    ) {
      this.#join();
    }
    const seconds = this.#seconds;
    const ordered = [...this.#stretches].toSorted(([a], [b]) => a - b);
    return {
      seconds,
      moments: ordered.map(([place, stretch]) => momentOf(place * seconds, stretch)),
    };
  }

  #widen(second: number): void {
    this.#first = Math.min(this.#first, second);
    this.#last = Math.max(this.#last, second);
    while (this.#places() > MOST_MOMENTS && this.#length + 1 < LENGTHS.length) this.#join();
  }

  get #seconds(): number {
    return LENGTHS[this.#length] ?? 1;
  }

  #places(): number {
    return Math.floor(this.#last / this.#seconds) - Math.floor(this.#first / this.#seconds) + 1;
  }

  #empty(): Stretch {
    return {
      classes: Array<number>(this.#classes).fill(0),
      low: 0,
      doubts: new Uint32Array(BINS_A_DECADE * DECADES + 1),
    };
  }

  #join(): void {
    const before = this.#seconds;
    this.#length += 1;
    const joined = new Map<number, Stretch>();
    for (const [place, stretch] of this.#stretches) {
      const at = Math.floor((place * before) / this.#seconds);
      const into = joined.get(at) ?? this.#empty();
      joined.set(at, into);
      for (const [label, count] of stretch.classes.entries()) {
        into.classes[label] = (into.classes[label] ?? 0) + count;
      }
      into.low += stretch.low;
      for (const [bin, count] of stretch.doubts.entries()) {
        into.doubts[bin] = (into.doubts[bin] ?? 0) + count;
      }
    }
    this.#stretches = joined;
  }
}

function binOf(confidence: number): number {
  const decades = -Math.log10(Math.max(1 - confidence, 10 ** -DECADES));
  return BINS_A_DECADE * DECADES - Math.round(decades * BINS_A_DECADE);
}

function momentOf(second: number, { classes, low, doubts }: Stretch): Moment {
  const records = sum(classes);
  // From the largest doubt on: a share of the answers that are at most so confident.
  const at = (share: number) => {
    let seen = 0;
    let bin = doubts.length - 1;
    for (; bin > 0; bin--) {
      seen += doubts[bin] ?? 0;
      if (seen >= share * records) break;
    }
    return bin === 0 ? 1 : 1 - 10 ** (bin / BINS_A_DECADE - DECADES);
  };
  return {
    at: new Date(second * 1000).toISOString(),
    records,
    low,
    classes,
    p5: at(0.05),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p95: at(0.95),
  };
}
