import { countBelow, distributionOf } from "./distribution.ts";
import { Kll, type Sketch } from "./kll.ts";
import type { FeatureStatistics, NumericalStatistics } from "./statistics.ts";

type Buckets = NumericalStatistics["distribution"]["kll"]["buckets"];

/** As Model Monitor has them: of equal width. */
const BUCKETS = 10;

/** A numeric feature of a stream in constant memory, as `statistics.json` describes it. */
export class NumericSummary {
  readonly #sketch = new Kll();
  #present = 0;
  #missing = 0;
  #mean = 0;
  /** Sum of squared distances from the mean; Welford, B. P. (1962), Technometrics 4(3), 419-420. */
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  /** `undefined` is a value that is missing. */
  add(value: number | undefined): void {
    if (value === undefined) {
      this.#missing += 1;
      return;
    }
    this.#present += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#present;
    this.#squares += distance * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#sketch.add(value);
  }

  /** Of the type Unknown, without statistics, where no value is present. */
  feature(name: string, type: "Fractional" | "Integral"): FeatureStatistics {
    if (this.#present === 0) return { name, inferred_type: "Unknown" };
    const sketch = this.#sketch.sketch();
    return {
      name,
      inferred_type: type,
      numerical_statistics: {
        common: { num_present: this.#present, num_missing: this.#missing },
        mean: this.#mean,
        sum: this.#mean * this.#present,
        // Deequ's, on which Model Monitor rests, is that of the population.
        std_dev: Math.sqrt(this.#squares / this.#present),
        min: this.#min,
        max: this.#max,
        distribution: {
          kll: {
            buckets: bucketsOf(sketch, this.#min, this.#max),
            sketch,
          },
        },
      },
    };
  }
}

/** One bucket for a constant. */
function bucketsOf(sketch: Sketch, min: number, max: number): Buckets {
  const sample = distributionOf(sketch);
  const count = min === max ? 1 : BUCKETS;
  const bound = (at: number) => (at === count ? max : min + ((max - min) * at) / count);
  return Array.from({ length: count }, (_, at) => {
    const upTo = at + 1 === count ? Infinity : bound(at + 1);
    return {
      lower_bound: bound(at),
      upper_bound: bound(at + 1),
      count: countBelow(sample, upTo) - (at === 0 ? 0 : countBelow(sample, bound(at))),
    };
  });
}

/** A feature of few values, such as a class's name, as `statistics.json` describes it. */
export class CategorySummary {
  readonly #counts: Map<string, number>;

  /** `known` values stand in the file also where none came, in this order. */
  constructor(known: readonly string[]) {
    this.#counts = new Map(known.map((value) => [value, 0]));
  }

  add(value: string): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  feature(name: string): FeatureStatistics {
    const buckets = [...this.#counts].map(([value, count]) => ({ value, count }));
    const present = buckets.reduce((total, { count }) => total + count, 0);
    return {
      name,
      inferred_type: "String",
      string_statistics: {
        common: { num_present: present, num_missing: 0 },
        distinct_count: buckets.filter(({ count }) => count > 0).length,
        distribution: { categorical: { buckets } },
      },
    };
  }
}
