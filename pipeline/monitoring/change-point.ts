import { sum } from "../evaluation/metrics.ts";
import { smoothedShares } from "./psi.ts";

/**
 * For each period in turn, how much better the counts fit a change at its beginning than no change, as
 * a log likelihood ratio in nats: before it the shares of the baseline, from it on shares of their own.
 * The largest one is where the change most likely began. Hinkley, D. V. (1970), Inference about the
 * change-point in a sequence of random variables, Biometrika 57(1), 1-17.
 */
export function changeGains(
  baseline: readonly number[],
  periods: readonly (readonly number[])[],
): number[] {
  const before = smoothedShares(baseline);
  const after = baseline.map(() => 0);
  return periods
    .toReversed()
    .map((counts) => {
      for (const [bin, count] of counts.entries()) after[bin] = (after[bin] ?? 0) + count;
      const total = sum(after);
      const terms = after.map((count, bin) =>
        count === 0 ? 0 : count * Math.log(count / total / (before[bin] ?? 1)),
      );
      return sum(terms);
    })
    .toReversed();
}
