import { sum } from "../evaluation/metrics.ts";
import { chiSquaredTail } from "./chi-squared.ts";
import {
  countBelow,
  countUpTo,
  type Distribution,
  placeOf,
  quantile,
  sizeOf,
} from "./distribution.ts";

/**
 * Added to every count, so that an empty bin leaves the index finite and small samples do not seem
 * to drift by their empty bins alone. Haldane, J. B. S. (1956), Annals of Human Genetics 20(4).
 */
const HALF = 0.5;

interface PsiTest {
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
  const p = smoothedShares(expected);
  const q = smoothedShares(actual);
  const terms = p.map((before, bin) => {
    const now = q[bin] ?? 0;
    return (now - before) * Math.log(now / before);
  });
  const psi = sum(terms);
  const variance = 1 / sum(expected) + 1 / sum(actual);
  return { psi, pValue: chiSquaredTail(psi / variance, expected.length - 1) };
}

/** The share of each bin, none of them 0. */
export function smoothedShares(counts: readonly number[]): number[] {
  const total = sum(counts) + HALF * counts.length;
  return counts.map((count) => (count + HALF) / total);
}

/** Bins of numbers: below the lowest, up to each of the edges in turn, above the last. */
export interface Bins {
  readonly lowest: number;
  /** In order; an edge lies in the bin that it ends. */
  readonly edges: readonly number[];
}

/**
 * The bins between a sample's deciles, equal ones once, and one on each side for what the sample never
 * had: a constant sample has the bins below it, equal to it and above it.
 */
export function decileBins(sample: Distribution): Bins {
  const deciles = Array.from({ length: 10 }, (_, index) => quantile(sample, (index + 1) / 10));
  return { lowest: sample.values[0] ?? 0, edges: [...new Set(deciles)] };
}

/** Which bin a value lies in, from 0. */
export function binOf(value: number, { lowest, edges }: Bins): number {
  return value < lowest ? 0 : 1 + placeOf(edges, value);
}

/** How many values of a sample lie in each bin. */
export function binCounts(sample: Distribution, { lowest, edges }: Bins): number[] {
  const below = countBelow(sample, lowest);
  const upTo = [below, ...edges.map((edge) => countUpTo(sample, edge)), sizeOf(sample)];
  return upTo.map((count, bin) => count - (upTo[bin - 1] ?? 0));
}
