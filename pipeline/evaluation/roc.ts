import type { Prediction } from "./evaluation.ts";
import { sum } from "./metrics.ts";

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, equal scores
 * counting half, from the ranks. Undefined where either kind is missing.
 * Mann, H. B. and Whitney, D. R. (1947), Annals of Mathematical Statistics 18(1), 50-60.
 */
export function rankAuc(
  scores: readonly number[],
  positive: readonly boolean[],
): number | undefined {
  const order = scores.map((score, index) => ({ score, positive: positive[index] === true }));
  order.sort((a, b) => a.score - b.score);
  const positives = positive.filter(Boolean).length;
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && order[end]?.score === order[start]?.score) end++;
    const middleRank = (start + 1 + end) / 2;
    rankSum += middleRank * order.slice(start, end).filter((each) => each.positive).length;
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * For two classes the area of the second, else the mean of one against the rest over the classes
 * that have pictures; 0.5, which says nothing, where no class can be told from another.
 */
export function auc(predictions: readonly Prediction[], classes: number): number {
  const indices = classes === 2 ? [1] : Array.from({ length: classes }, (_, index) => index);
  const areas = indices
    .map((index) =>
      rankAuc(
        predictions.map(({ probabilities }) => probabilities[index] ?? 0),
        predictions.map(({ label }) => label === index),
      ),
    )
    .filter((area) => area !== undefined);
  return areas.length === 0 ? 0.5 : sum(areas) / areas.length;
}

interface RocPoint {
  /** Shares of the negatives and of the positives that score at least the point's threshold. */
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** The ROC curve from (0, 0) to (1, 1), a point for each score that occurs. */
export function rocCurve(scores: readonly number[], positive: readonly boolean[]): RocPoint[] {
  const order = scores.map((score, index) => ({ score, positive: positive[index] === true }));
  order.sort((a, b) => b.score - a.score);
  const positives = positive.filter(Boolean).length;
  const negatives = order.length - positives;
  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0 }];
  let right = 0;
  for (const [index, each] of order.entries()) {
    if (each.positive) right += 1;
    if (order[index + 1]?.score === each.score) continue;
    points.push({
      falsePositiveRate: negatives === 0 ? 0 : (index + 1 - right) / negatives,
      truePositiveRate: positives === 0 ? 0 : right / positives,
    });
  }
  return points;
}
