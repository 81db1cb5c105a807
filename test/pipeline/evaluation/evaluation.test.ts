import { expect, test } from "@jest/globals";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { createManifest, createPredictions } from "./predictions.ts";

const manifest = createManifest(200);
const subject = { trainingJobName: "scones-job", manifest };

test("a model that is right on 190 of 200 is measured so", () => {
  const evaluation = evaluate(createPredictions(manifest, 10), subject);
  expect(evaluation).toMatchObject({
    correct: 190,
    total: 200,
    accuracy: 0.95,
    trainingJobName: "scones-job",
    datasetHash: manifest.hash,
    confusionMatrix: [
      [90, 10],
      [0, 100],
    ],
  });
  expect(evaluation.interval[0]).toBeCloseTo(0.91, 3);
});

test("a test picture without a prediction is named", () => {
  const predictions = createPredictions(manifest).slice(2);
  expect(() => evaluate(predictions, subject)).toThrow(
    /2 of 200 test pictures have no prediction.*picture_0\.png, test\/picture_1\.png/,
  );
});

test("a prediction that comes twice is refused", () => {
  const predictions = createPredictions(manifest);
  expect(() => evaluate([...predictions, ...predictions.slice(7, 8)], subject)).toThrow(
    /picture_7\.png .* came twice/,
  );
});

test("a prediction of another dataset's picture is refused", () => {
  const [first, ...rest] = createPredictions(manifest);
  const stranger = { ...first, key: "test/stranger.png", label: 0, probabilities: [1, 0] };
  expect(() => evaluate([stranger, ...rest], subject)).toThrow(
    /stranger\.png .* not of a test picture/,
  );
});

test.each([
  ["NaN", [Number.NaN, 0.5], /not all between 0 and 1/],
  ["below 0", [-0.1, 1.1], /not all between 0 and 1/],
  ["too few", [1], /not 2 probabilities/],
  ["too many", [0.2, 0.2, 0.6], /not 2 probabilities/],
  ["a sum of 0.5", [0.3, 0.2], /not a sum of 1/],
])("probabilities that are %s are refused", (_, probabilities, message) => {
  const [, ...rest] = createPredictions(manifest);
  const broken = { key: "test/picture_0.png", label: 0, probabilities };
  expect(() => evaluate([broken, ...rest], subject)).toThrow(message);
});

test("a dataset without test pictures cannot be evaluated", () => {
  const empty = { trainingJobName: "scones-job", manifest: createManifest(0) };
  expect(() => evaluate([], empty)).toThrow(/no test pictures/);
});

/** Vehicles of which the model is from 1% to 100% sure that they are any, and strangers as sure. */
function withStrangers(strangers: readonly number[]) {
  const vehicles = createManifest(100);
  const pictures = strangers.map((_, at) => ({ key: `test/stranger_${at}.png`, label: 2 }));
  const classes = [...vehicles.classes, "background"];
  const known = { ...vehicles, classes, background: "background" };
  const predictions = vehicles.test.map(({ key, label }, at) => {
    const p = (at + 1) / 100;
    return { key, label, probabilities: label === 0 ? [p, 0, 1 - p] : [0, p, 1 - p] };
  });
  const others = pictures.map(({ key, label }, at) => {
    const p = strangers[at] ?? 0;
    return { key, label, probabilities: [p / 2, p / 2, 1 - p] };
  });
  return { manifest: { ...known, test: [...vehicles.test, ...pictures] }, predictions, others };
}

test("strangers are counted beside the vehicles, at the threshold that keeps 95% of these", () => {
  const { manifest: known, predictions, others } = withStrangers([0.05, 0.06, 0.7, 0]);
  const evaluation = evaluate([...predictions, ...others], {
    trainingJobName: "scones-job",
    manifest: known,
  });
  expect(evaluation.strangers).toMatchObject({ total: 4, passed: 2, share: 0.5, threshold: 0.06 });
  expect(evaluation.strangers?.predictions).toEqual(others);
  expect(evaluation.predictions).toEqual(predictions);
});

test("a vehicle that is taken for a stranger is wrong, and strangers are neither right nor wrong", () => {
  const { manifest: known, predictions, others } = withStrangers([0, 0.9]);
  const evaluation = evaluate([...others, ...predictions], {
    trainingJobName: "scones-job",
    manifest: known,
  });
  expect(evaluation).toMatchObject({ correct: 51, total: 100, accuracy: 0.51 });
  expect(evaluation.confusionMatrix).toEqual([
    [1, 0, 49],
    [0, 50, 0],
    [1, 0, 1],
  ]);
});

test("an evaluation without strangers says nothing of them", () => {
  const evaluation = evaluate(createPredictions(manifest), subject);
  expect(Object.keys(evaluation)).not.toContain("strangers");
  expect(Object.keys(evaluation)).not.toContain("background");
});
