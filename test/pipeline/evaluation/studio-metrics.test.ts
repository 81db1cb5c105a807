import { expect, test } from "@jest/globals";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { studioMetrics } from "../../../pipeline/evaluation/studio-metrics.ts";
import { createManifest, createPredictions } from "./predictions.ts";

test("Studio's document has the matrix by label and every metric with its deviation", () => {
  const manifest = createManifest(10);
  const evaluation = evaluate(createPredictions(manifest, 2), { trainingJobName: "job", manifest });
  expect(studioMetrics(evaluation)).toEqual({
    multiclass_classification_metrics: {
      confusion_matrix: { 0: { 0: 3, 1: 2 }, 1: { 0: 0, 1: 5 } },
      accuracy: { value: 0.8, standard_deviation: "NaN" },
      weighted_recall: { value: 0.8, standard_deviation: "NaN" },
      weighted_precision: {
        value: expect.closeTo((5 + (5 * 5) / 7) / 10),
        standard_deviation: "NaN",
      },
      weighted_f1: {
        value: expect.closeTo((3.75 + 5 * (10 / 12)) / 10),
        standard_deviation: "NaN",
      },
    },
  });
});
