import type { Prediction } from "./evaluation.ts";
import { confidence, isCorrect, sum } from "./metrics.ts";

/** The pictures whose confidence lies in `(low, high]`. */
interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Means over the bin, 0 to 1; 0 where it is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** Equal-width bins of confidence from 0 to 1, empty ones too. */
export function calibrationBins(predictions: readonly Prediction[], bins = 10): CalibrationBin[] {
  const members = Array.from({ length: bins }, () => [] as Prediction[]);
  for (const prediction of predictions) {
    members[Math.max(0, Math.ceil(confidence(prediction) * bins) - 1)]?.push(prediction);
  }
  return members.map((inside, index) => ({
    low: index / bins,
    high: (index + 1) / bins,
    count: inside.length,
    confidence: inside.length === 0 ? 0 : sum(inside.map(confidence)) / inside.length,
    accuracy: inside.length === 0 ? 0 : inside.filter(isCorrect).length / inside.length,
  }));
}

/**
 * Expected calibration error: the mean gap between confidence and accuracy over ten bins, weighted
 * by their pictures, 0 to 1. Guo, C. et al. (2017), On Calibration of Modern Neural Networks, ICML.
 */
export function calibrationError(predictions: readonly Prediction[]): number {
  const gaps = calibrationBins(predictions).map(
    (bin) => bin.count * Math.abs(bin.accuracy - bin.confidence),
  );
  return sum(gaps) / predictions.length;
}
