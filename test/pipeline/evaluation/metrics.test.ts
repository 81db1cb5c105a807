import { expect, test } from "@jest/globals";
import { calibrationBins, calibrationError } from "../../../pipeline/evaluation/calibration.ts";
import {
  confusionMatrix,
  isCorrect,
  logLoss,
  perClass,
} from "../../../pipeline/evaluation/metrics.ts";
import { auc, rankAuc } from "../../../pipeline/evaluation/roc.ts";
import { arbitraryPredictions, createManifest, createPredictions } from "./predictions.ts";

// The constants, with scikit-learn 1.9:
//   y = [i % 3 for i in range(30)]
//   P = np.array([[1 + i*7 % 11, 1 + i*5 % 13, 1 + i*3 % 7] for i in range(30)], float)
//   P /= P.sum(1, keepdims=True)
//   roc_auc_score(y, P, multi_class="ovr", average="macro"); log_loss(y, P)
test("the area under the curve and the log loss are scikit-learn's", () => {
  expect(auc(arbitraryPredictions(), 3)).toBeCloseTo(0.5791666666666667, 12);
  expect(logLoss(arbitraryPredictions())).toBeCloseTo(1.1521357234315623, 12);
});

test("equal scores count half", () => {
  // roc_auc_score([i % 3 == 0 for i in range(30)], [(i*7 % 11) / 11 for i in range(30)])
  const indices = Array.from({ length: 30 }, (_, index) => index);
  const scores = indices.map((index) => ((index * 7) % 11) / 11);
  const positive = indices.map((index) => index % 3 === 0);
  expect(rankAuc(scores, positive)).toBeCloseTo(0.545, 12);
});

test("a test of one class has an area that says nothing", () => {
  const manifest = createManifest(4, 4);
  expect(auc(createPredictions(manifest), 2)).toBe(0.5);
});

test("the calibration error is numpy's", () => {
  // conf = P.max(1); right = P.argmax(1) == y; sum over bins (l, l + 0.1] of
  // inside.mean() * abs(right[inside].mean() - conf[inside].mean())
  expect(calibrationError(arbitraryPredictions())).toBeCloseTo(0.28245808398837075, 12);
});

test("a confidence on a bin's upper edge belongs to it, and every picture to one bin", () => {
  const bins = calibrationBins(createPredictions(createManifest(10), 3));
  expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 10, 0]);
  expect(bins[8]?.accuracy).toBeCloseTo(0.7, 12);
});

test("rows of the confusion matrix are the true classes", () => {
  const predictions = createPredictions(createManifest(10), 2);
  expect(confusionMatrix(predictions, 2)).toEqual([
    [3, 2],
    [0, 5],
  ]);
  expect(predictions.filter(isCorrect)).toHaveLength(8);
});

test("a class that is never predicted has finite precision and recall", () => {
  const reports = perClass(
    [
      [4, 0],
      [2, 0],
    ],
    ["bicycle", "motorcycle"],
  );
  expect(reports[1]).toEqual({ name: "motorcycle", support: 2, precision: 0, recall: 0 });
  expect(reports[0]?.precision).toBeCloseTo(4 / 6, 12);
});

test("one wrong certainty leaves the log loss finite", () => {
  expect(logLoss([{ key: "a", label: 1, probabilities: [1, 0] }])).toBeCloseTo(34.54, 2);
});
