import type { Prediction } from "./evaluation.ts";
import { sum } from "./metrics.ts";
import { type Interval, wilson } from "./wilson.ts";

/** How many pictures of anything else a model lets pass as vehicles. */
export interface Strangers {
  readonly total: number;
  /** Those that are as surely a vehicle as the vehicles that are kept. */
  readonly passed: number;
  readonly share: number;
  /** Of the share: Wilson, 95%. */
  readonly interval: Interval;
  /** The least probability of being any vehicle at which `KEPT` of the vehicles are kept. */
  readonly threshold: number;
  readonly predictions: readonly Prediction[];
}

/** The share of the vehicles that the threshold must keep. */
const KEPT = 0.95;

/** The probability of being any vehicle: of all classes but the last, which is the background. */
function vehicleProbability({ probabilities }: Pick<Prediction, "probabilities">): number {
  return sum(probabilities.slice(0, -1));
}

/** Counts the strangers that pass at the threshold which keeps 95% of these vehicles. */
export function measureStrangers(
  vehicles: readonly Prediction[],
  strangers: readonly Prediction[],
): Strangers {
  const descending = vehicles.map(vehicleProbability).toSorted((a, b) => b - a);
  const threshold = descending[Math.ceil(KEPT * vehicles.length) - 1] ?? 0;
  const total = strangers.length;
  const passed = strangers.filter((each) => vehicleProbability(each) >= threshold).length;
  return {
    total,
    passed,
    share: total === 0 ? 0 : passed / total,
    interval: wilson(passed, total),
    threshold,
    predictions: strangers,
  };
}
