import { sum } from "../evaluation/metrics.ts";
import { countBelow, countUpTo, type Distribution, quantile, sizeOf } from "./distribution.ts";
import { PREDICTED_CLASS } from "./features.ts";
import { featureOf, sampleOf, type Statistics } from "./statistics.ts";

/** The share of the test pictures, those that look the strangest, beyond whose look a picture is unlike them. */
const STRANGEST = 0.05;

/** How many of a number. */
interface Tally {
  readonly hits: number;
  readonly of: number;
}

/** What is watched as a share, in the evaluation; undefined where it has nothing of the kind. */
interface BaselineShares {
  /** Answers below the threshold. */
  readonly lowConfidence: Tally | undefined;
  /** Test pictures farther than `beyond` from what they look like on average. */
  readonly unlike: (Tally & { readonly beyond: number }) | undefined;
  /** Pictures taken for anything else. */
  readonly strangers: Tally | undefined;
}

/** Counts them in the baseline's statistics; `background` names the class of anything else. */
export function baselineShares(
  statistics: Statistics,
  {
    threshold,
    background,
  }: { readonly threshold: number; readonly background?: string | undefined },
): BaselineShares {
  const sure = sampleOf(statistics, "confidence");
  const distances = sampleOf(statistics, "distance");
  const buckets =
    featureOf(statistics, PREDICTED_CLASS)?.string_statistics?.distribution.categorical.buckets ??
    [];
  const taken = buckets.find(({ value }) => value === background)?.count;
  return {
    lowConfidence: sure && { hits: countBelow(sure, threshold), of: sizeOf(sure) },
    unlike: distances && unlikeOf(distances),
    strangers:
      taken === undefined ? undefined : { hits: taken, of: sum(buckets.map(({ count }) => count)) },
  };
}

function unlikeOf(distances: Distribution): Tally & { beyond: number } {
  const beyond = quantile(distances, 1 - STRANGEST);
  return { hits: sizeOf(distances) - countUpTo(distances, beyond), of: sizeOf(distances), beyond };
}

/** A tally as a share; undefined where nothing was counted. */
export function shareOf(tally: Tally | undefined): number | undefined {
  return tally && tally.hits / tally.of;
}
