import { chiSquaredTail } from "./chi-squared.ts";
import { sum } from "./metrics.ts";

/**
 * Added to every count, so that an empty bin leaves the index finite and small samples do not seem
 * to drift by their empty bins alone. Haldane, J. B. S. (1956), Annals of Human Genetics 20(4).
 */
const HALF = 0.5;

export interface PsiTest {
  readonly psi: number;
  /** The chance of an index this large between two samples of one distribution. */
  readonly pValue: number;
}

/**
 * The population stability index of counts in the same bins, sum (q - p) ln(q / p) over their
 * shares. Between samples of n and m it is about (1/n + 1/m) times chi-squared with one degree of
 * freedom less than there are bins, so small samples have a large index by chance alone.
 * Yurdakul, B. (2018), Statistical Properties of Population Stability Index, Western Michigan
 * University.
 */
export function psiTest(expected: readonly number[], actual: readonly number[]): PsiTest {
  const n = sum(expected);
  const m = sum(actual);
  const share = (count: number, total: number) => (count + HALF) / (total + HALF * expected.length);
  const terms = expected.map((count, bin) => {
    const p = share(count, n);
    const q = share(actual[bin] ?? 0, m);
    return (q - p) * Math.log(q / p);
  });
  const psi = sum(terms);
  return { psi, pValue: chiSquaredTail(psi / (1 / n + 1 / m), expected.length - 1) };
}

/**
 * The nine deciles of a sample, equal ones once: the upper edges, themselves inside, of at most ten
 * bins. A constant sample has one edge, and so the bins "up to it" and "above".
 */
export function decileEdges(sample: readonly number[]): number[] {
  const sorted = sample.toSorted((a, b) => a - b);
  const edges = Array.from({ length: 9 }, (_, index) => {
    return sorted[Math.ceil(((index + 1) * sorted.length) / 10) - 1] ?? 0;
  });
  return [...new Set(edges)];
}

/** How many values lie in each bin: up to the first edge, above it up to the second, ... */
export function binCounts(values: readonly number[], edges: readonly number[]): number[] {
  const counts = Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const edge = edges.findIndex((upper) => value <= upper);
    const bin = edge === -1 ? edges.length : edge;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
