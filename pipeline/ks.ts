export interface KsTest {
  /** The largest distance between the two empirical distribution functions, 0 to 1. */
  readonly d: number;
  readonly pValue: number;
}

/**
 * Kolmogorov's and Smirnov's test of whether two samples come from one distribution, with the
 * asymptotic p-value: Kolmogorov's series at sqrt(n m / (n + m)) D. Smirnov, N. (1948), Annals of Mathematical Statistics 19(2), 279-281.
 * Two samples of one and the same constant have D 0 and p 1.
 */
export function ksTest(first: readonly number[], second: readonly number[]): KsTest {
  const a = first.toSorted((x, y) => x - y);
  const b = second.toSorted((x, y) => x - y);
  let i = 0;
  let j = 0;
  let d = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (a[i] === value) i++;
    while (b[j] === value) j++;
    d = Math.max(d, Math.abs(i / a.length - j / b.length));
  }
  return { d, pValue: kolmogorov(Math.sqrt((a.length * b.length) / (a.length + b.length)) * d) };
}

/** The chance of a scaled distance of at least `x`: 2 sum (-1)^(k-1) exp(-2 k^2 x^2). */
function kolmogorov(x: number): number {
  if (x < 0.2) return 1; // Off by less than 1e-11, where the series converges slowly.
  let total = 0;
  for (let k = 1; k <= 20; k++) total += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, total));
}
