import type { Evaluation } from "./evaluation.ts";
import { sum } from "./metrics.ts";

/**
 * The model-quality JSON that SageMaker Studio draws beside a model package, in Model Monitor's
 * format for multiclass classification; precision, recall and F1 are weighted by the classes'
 * pictures.
 */
export function studioMetrics({ confusionMatrix, accuracy, perClass }: Evaluation): unknown {
  const total = sum(perClass.map(({ support }) => support));
  const weighted = (of: (report: (typeof perClass)[number]) => number) =>
    sum(perClass.map((report) => report.support * of(report))) / total;
  return {
    multiclass_classification_metrics: {
      confusion_matrix: Object.fromEntries(
        confusionMatrix.map((row, label) => [label, Object.fromEntries(row.entries())]),
      ),
      accuracy: metric(accuracy),
      weighted_recall: metric(weighted(({ recall }) => recall)),
      weighted_precision: metric(weighted(({ precision }) => precision)),
      weighted_f1: metric(
        weighted(({ recall, precision }) =>
          recall + precision === 0 ? 0 : (2 * recall * precision) / (recall + precision),
        ),
      ),
    },
  };
}

/** Studio wants the word "NaN" where nothing was resampled. */
function metric(value: number) {
  return { value, standard_deviation: "NaN" };
}
