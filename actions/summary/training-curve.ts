import type { TrainingMoment } from "../../pipeline/training/trained-model.ts";
import { observedEpochs } from "../../report/evaluation/observed-epochs.ts";
import { xychart } from "./xychart.ts";

/**
 * The accuracies over the epochs that were seen. Empty for fewer than two: polling misses epochs, and
 * an adopted job shows none.
 */
export function trainingCurve(history: readonly TrainingMoment[]): string {
  const points = observedEpochs(history);
  if (points.length < 2) return "";
  const lines = (
    [
      { name: "validation", colour: "blue", values: points.map(({ validation }) => validation) },
      { name: "train", colour: "orange", values: points.flatMap(({ train }) => train ?? []) },
    ] as const
  ).filter(({ values }) => values.length === points.length);
  const lowest = Math.min(...lines.flatMap(({ values }) => values));
  const legend = lines.map(
    ({ name, colour, values }) => `${name} (${colour}) to ${values.at(-1)?.toFixed(3)}`,
  );
  const from = Math.max(0, Math.floor(lowest * 20 - 1) / 20);
  return [
    `Accuracy over ${points.length} observed epochs: ${legend.join(", ")}`,
    xychart({ x: "observed epoch", y: "accuracy", from }, lines),
  ].join("\n\n");
}
