import { expect, test } from "@jest/globals";
import { trainingCurve } from "../../../actions/summary/training-curve.ts";
import { trainingSummary } from "../../../actions/summary/training.ts";
import type { TrainedModel, TrainingMoment } from "../../../pipeline/training/trained-model.ts";

test("spot shows what it saved, by AWS's formula", () => {
  const summary = trainingSummary({ model: createModel(), spot: true, cost: "$0.0172" });
  expect(summary).toContain("| saved by spot | 69% |");
  expect(summary).toContain(String.raw`| cost | \$0.0172 |`);
  expect(summary).toContain("| trained | 4 min 31 s |");
});

test("on demand has no saving, and without a price there is no cost", () => {
  const summary = trainingSummary({ model: createModel(), spot: false });
  expect(summary).toContain("<code>ml.g4dn.xlarge</code> (on demand)");
  expect(summary).not.toMatch(/saved|cost/);
});

test("an adopted job says that an earlier run made it", () => {
  expect(trainingSummary({ model: createModel({ adopted: true }), spot: true })).toContain(
    "| made by | an earlier run: the same data, code and hyperparameters |",
  );
});

test.each([
  [1, "once"],
  [3, "3 times"],
])("%d interruptions are told, and the saving after them", (interruptions, times) => {
  const summary = trainingSummary({ model: createModel({ interruptions }), spot: true });
  expect(summary).toContain(
    `| interrupted | ${times}, each time resumed from the last checkpoint |`,
  );
  expect(summary).toContain("| saved by spot | 69% |");
});

test("an interrupted training job of a tuning job began anew", () => {
  const tuning = { tuningJobName: "t", strategy: "Random", trials: [] };
  const model = createModel({ interruptions: 1, tuning });
  expect(trainingSummary({ model, spot: true })).toContain("| once, each time begun anew |");
});

test("the trials of a tuning job are shown with what they tried, failed ones without an accuracy", () => {
  const tuning = {
    tuningJobName: "scones-production-1",
    strategy: "Bayesian",
    trials: [
      {
        trainingJobName: "scones-production-1-002-ab",
        status: "Completed",
        hyperparameters: { learning_rate: "0.00123456789", optimizer: "sgd" },
        objective: 0.9625,
        seconds: 250,
      },
      {
        trainingJobName: "scones-production-1-001-cd",
        status: "Failed",
        hyperparameters: { learning_rate: "0.9", optimizer: "nag" },
        seconds: 30,
      },
    ],
  };
  const summary = trainingSummary({ model: createModel({ tuning }), spot: true });
  expect(summary).toContain(`\
Tuned by <code>scones-production-1</code>: 2 training jobs, Bayesian search, 4 min 40 s on instances together before any spot saving. Best first:

| training job | <code>learning\\_rate</code> | <code>optimizer</code> | validation:accuracy | status |
| :-- | --: | --: | --: | :-- |
| <code>scones-production-1-002-ab</code> | 0.001235 | sgd | 0.9625 | Completed |
| <code>scones-production-1-001-cd</code> | 0.9 | nag |  | Failed |
`);
});

test("the last metrics are shown by name", () => {
  const metrics = { "validation:accuracy": 0.955, "train:accuracy": 0.98 };
  expect(trainingSummary({ model: createModel({ metrics }), spot: true })).toContain(
    "| <code>train:accuracy</code> | 0.9800 |\n| <code>validation:accuracy</code> | 0.9550 |",
  );
});

test("a curve has a point for each change of the accuracies", () => {
  const history = moments([0.61, 0.6], [0.61, 0.6], [0.82, 0.8], [0.82, 0.85], [0.955, 0.9]);
  expect(trainingCurve(history)).toBe(`\
Accuracy over 4 observed epochs: validation (blue) to 0.955, train (orange) to 0.900

\`\`\`mermaid
---
config:
  themeVariables:
    xyChart:
      plotColorPalette: "#3b82f6, #ea7317"
---
xychart-beta
  x-axis "observed epoch" [1, 2, 3, 4]
  y-axis "accuracy" 0.55 --> 1
  line [0.6100, 0.8200, 0.8200, 0.9550]
  line [0.6000, 0.8000, 0.8500, 0.9000]
\`\`\``);
});

test("many epochs get a range for an axis", () => {
  const history = moments(...Array.from({ length: 30 }, (_, index) => [index / 30] as const));
  expect(trainingCurve(history)).toContain('x-axis "observed epoch" 1 --> 30\n');
});

test("without the train accuracy only the validation is drawn", () => {
  const curve = trainingCurve(moments([0.5], [0.6, 0.7]));
  expect(curve.match(/^ {2}line/gm)).toHaveLength(1);
  expect(curve).not.toContain("train");
});

test("fewer than two points draw nothing", () => {
  expect(trainingCurve([])).toBe("");
  expect(trainingCurve(moments([0.9, 0.9], [0.9, 0.9]))).toBe("");
  const nothing = [{ at: new Date(0), metrics: { "validation:accuracy": Number.NaN } }];
  expect(trainingCurve([...nothing, ...moments([0.9, 0.9])])).toBe("");
});

function moments(...shares: readonly (readonly [number, number?])[]): TrainingMoment[] {
  return shares.map(([validation, train], index) => ({
    at: new Date(index * 10_000),
    metrics: {
      "validation:accuracy": validation,
      ...(train === undefined ? {} : { "train:accuracy": train }),
    },
  }));
}

function createModel(overrides: Partial<TrainedModel> = {}): TrainedModel {
  return {
    trainingJobName: "scones-production-0123456789",
    status: "Completed",
    instanceType: "ml.g4dn.xlarge",
    instanceCount: 1,
    adopted: false,
    modelDataUrl: "s3://bucket/model.tar.gz",
    image: "image",
    metrics: {},
    history: [],
    trainingSeconds: 271,
    billableSeconds: 84,
    interruptions: 0,
    ...overrides,
  };
}
