import { sum } from "../evaluation/metrics.ts";

/**
 * The chance that chi-squared with `degrees` degrees of freedom is at least `x`. By the two
 * elementary tails, of one and of two degrees, and the recurrence
 * Q(a + 1, y) = Q(a, y) + y^a e^-y / Gamma(a + 1): Abramowitz and Stegun (1964), 26.4.8 and 6.5.21.
 */
export function chiSquaredTail(x: number, degrees: number): number {
  if (x <= 0 || degrees <= 0) return 1;
  const y = x / 2;
  const odd = degrees % 2 === 1;
  let a = odd ? 0.5 : 1;
  let tail = odd ? complementaryError(Math.sqrt(y)) : Math.exp(-y);
  let term = odd ? (Math.sqrt(y) * Math.exp(-y)) / (Math.sqrt(Math.PI) / 2) : y * Math.exp(-y);
  while (a < degrees / 2) {
    tail += term;
    a += 1;
    term *= y / a;
  }
  return Math.min(1, tail);
}

/**
 * erfc for x >= 0, relative error below 1.2e-7.
 * Press, W. H. et al. (1992), Numerical Recipes in C, 2nd edition, 6.2 (`erfcc`).
 */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398,
    1.48851587, -0.82215223, 0.17087277,
  ];
  const exponent = coefficients.reduceRight((value, coefficient) => coefficient + t * value, 0);
  return t * Math.exp(-x * x + exponent);
}

export interface ChiSquaredTest {
  readonly chiSquared: number;
  readonly pValue: number;
}

/**
 * Pearson's test of whether two rows of counts have one distribution, without a correction for
 * continuity. Pearson, K. (1911), Biometrika 8(1/2), 250-254. Rare columns are counted together until five
 * values are expected in each row: with fewer it finds differences where there are none. Cochran, W. G.
 * (1954), Some Methods for Strengthening the Common Chi-Squared Tests, Biometrics 10(4), 417-451.
 */
export function chiSquaredTest(
  first: readonly number[],
  second: readonly number[],
): ChiSquaredTest {
  const n = sum(first);
  const m = sum(second);
  const columns = pooled(
    first.map((count, column) => [count, second[column] ?? 0]),
    (LEAST_EXPECTED * (n + m)) / Math.min(n, m),
  );
  const terms = columns.map(([a, b]) => (m * a - n * b) ** 2 / (n * m * (a + b)));
  const chiSquared = sum(terms);
  return { chiSquared, pValue: chiSquaredTail(chiSquared, columns.length - 1) };
}

const LEAST_EXPECTED = 5;

type Column = readonly [first: number, second: number];

/** The rarest columns together until they hold so many, then the next rare ones; the rest joins the last. */
function pooled(columns: readonly Column[], least: number): Column[] {
  const found: Column[] = [];
  let rare: Column = [0, 0];
  for (const column of columns.toSorted((a, b) => sum(a) - sum(b))) {
    rare = [rare[0] + column[0], rare[1] + column[1]];
    if (sum(rare) < least) continue;
    found.push(rare);
    rare = [0, 0];
  }
  const [a, b] = found.pop() ?? [0, 0];
  return [...found, [a + rare[0], b + rare[1]]];
}
