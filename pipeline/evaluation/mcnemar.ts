/**
 * McNemar's exact test of two classifiers over the same pictures: the chance, if both were equally
 * good, of a split as uneven as `gained` (pictures that only the one has right) and `lost` (only the
 * other) or more so. Two-sided, conditional on their sum n:
 * p = min(1, 2 * sum over i from 0 to min(gained, lost) of C(n, i) / 2^n); 1 where they never differ.
 * McNemar, Q. (1947), Psychometrika 12(2), 153-157; the exact form as in Fagerland, Lydersen and Laake
 * (2013), BMC Medical Research Methodology 13:91, supplement, equation 1.
 */
export function mcnemar(gained: number, lost: number): number {
  const n = gained + lost;
  const fewer = Math.min(gained, lost);
  // In logarithms, as 2^-n is 0 from n = 1075 on; the terms below the largest follow by their ratios.
  let logLargest = -n * Math.LN2;
  for (let i = 1; i <= fewer; i++) logLargest += Math.log((n - i + 1) / i);
  let term = 1;
  let sum = 1;
  for (let i = fewer; i > 0; i--) {
    term *= i / (n - i + 1);
    sum += term;
  }
  return Math.min(1, 2 * Math.exp(logLargest) * sum);
}
