import { type Distribution, placeOf, sizeOf } from "./distribution.ts";

interface KsTest {
  /** The largest distance between the two empirical distribution functions, 0 to 1. */
  readonly d: number;
  readonly pValue: number;
}

/**
 * Kolmogorov's and Smirnov's test of whether a stream comes from the distribution of a baseline
 * sample, in memory of the baseline's size alone: it counts how many values are equal to each of the
 * baseline's and how many lie between. That is enough for an exact D, since the baseline's function
 * moves at its own values only, and the other one never falls: their distance is largest at such a
 * value or just below it.
 */
export class KsStream {
  readonly #baseline: Distribution;
  /** Below the first value, equal to it, between it and the second, equal to that, ... above the last. */
  readonly #counts: Float64Array;

  constructor(baseline: Distribution) {
    this.#baseline = baseline;
    this.#counts = new Float64Array(2 * baseline.values.length + 1);
  }

  add(value: number): void {
    const { values } = this.#baseline;
    const place = placeOf(values, value);
    const cell = 2 * place + (values[place] === value ? 1 : 0);
    this.#counts[cell] = (this.#counts[cell] ?? 0) + 1;
  }

  /** Two samples of one and the same constant have D 0 and p 1. */
  test(): KsTest {
    const n = sizeOf(this.#baseline);
    const m = this.#counts.reduce((total, count) => total + count, 0);
    let d = 0;
    let seen = 0;
    for (const [at, cumulative] of this.#baseline.cumulative.entries()) {
      const before = this.#baseline.cumulative[at - 1] ?? 0;
      seen += this.#counts[2 * at] ?? 0;
      d = Math.max(d, Math.abs(before / n - seen / m));
      seen += this.#counts[2 * at + 1] ?? 0;
      d = Math.max(d, Math.abs(cumulative / n - seen / m));
    }
    return { d, pValue: kolmogorov(Math.sqrt((n * m) / (n + m)) * d) };
  }
}

/**
 * The chance of a scaled distance of at least `x`, Kolmogorov's series 2 sum (-1)^(k-1) exp(-2 k^2 x^2).
 * Smirnov, N. (1948), Annals of Mathematical Statistics 19(2), 279-281.
 */
function kolmogorov(x: number): number {
  if (x < 0.2) return 1; // Off by less than 1e-11, where the series converges slowly.
  let total = 0;
  for (let k = 1; k <= 20; k++) total += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, total));
}
