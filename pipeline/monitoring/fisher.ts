/** How many of how many. */
export interface Share {
  readonly hits: number;
  readonly of: number;
}

/** As scipy's `fisher_exact`: what differs by rounding alone is as likely as the observed. */
const ROUNDING = 1e-7;

/**
 * Fisher's exact test of whether two shares are one: the chance, two-sided, of a split of all hits
 * over the two samples that is no likelier than the observed. Fisher, R. A. (1922), JRSS 85(1), 87-94.
 */
export function fisherTest(first: Share, second: Share): number {
  const hits = first.hits + second.hits;
  const lowest = Math.max(0, hits - second.of);
  const highest = Math.min(first.of, hits);
  // Logarithms of the hypergeometric weights, by the ratio of each to the one before.
  const weights = [0];
  for (let k = lowest; k < highest; k++) {
    const ratio = ((first.of - k) * (hits - k)) / ((k + 1) * (second.of - hits + k + 1));
    weights.push((weights.at(-1) ?? 0) + Math.log(ratio));
  }
  const observed = weights[first.hits - lowest] ?? 0;
  const most = weights.reduce((a, b) => Math.max(a, b));
  let all = 0;
  let unlikely = 0;
  for (const weight of weights) {
    const likelihood = Math.exp(weight - most);
    all += likelihood;
    if (weight <= observed + ROUNDING) unlikely += likelihood;
  }
  return Math.min(1, unlikely / all);
}
