import { expect, test } from "@jest/globals";
import { trainingCurve } from "../../../actions/summary/training-curve.ts";
import { trainingSummary } from "../../../actions/summary/training.ts";
import type { TrainedModel, TrainingMoment } from "../../../pipeline/trained-model.ts";

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
    adopted: false,
    modelDataUrl: "s3://bucket/model.tar.gz",
    image: "image",
    metrics: {},
    history: [],
    trainingSeconds: 271,
    billableSeconds: 84,
    ...overrides,
  };
}
