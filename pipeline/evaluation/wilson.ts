export type Interval = readonly [low: number, high: number];

/**
 * The Wilson score interval of a share: `correct` of `total` at `z` standard deviations
 * (1.96: 95%). Wilson, E. B. (1927), JASA 22(158), 209-212.
 */
export function wilson(correct: number, total: number, z = 1.959964): Interval {
  if (total <= 0) return [0, 1];
  const share = correct / total;
  const square = (z * z) / total;
  const centre = share + square / 2;
  const margin = z * Math.sqrt((share * (1 - share)) / total + square / (4 * total));
  return [(centre - margin) / (1 + square), (centre + margin) / (1 + square)];
}
