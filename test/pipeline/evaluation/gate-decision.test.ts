import { expect, test } from "@jest/globals";
import { assert, integer, property, tuple } from "fast-check";
import { compare, type Comparison } from "../../../pipeline/evaluation/comparison.ts";
import { evaluate, type Evaluation } from "../../../pipeline/evaluation/evaluation.ts";
import type { Config } from "../../../pipeline/config.ts";
import {
  allowedFewer,
  decide as decideBy,
  requiredCorrect,
  unproven,
} from "../../../pipeline/evaluation/gate-decision.ts";
import { createManifest, createPredictions } from "./predictions.ts";

const gate = { accuracy: 0.94, maxRegression: 0 };
const NONE = "No model serves.";

const decide = (evaluation: Evaluation, by: Config["gate"], champion: Comparison | string) =>
  decideBy(evaluation, { gate: by, dataset: { source: "cifar-100" } }, champion);

const evaluationOf = (wrong: number, total = 200) => {
  const manifest = createManifest(total);
  return evaluate(createPredictions(manifest, wrong), { trainingJobName: "job", manifest });
};

test("188 of 200 passes at 0.94, 187 does not", () => {
  expect(decide(evaluationOf(12), gate, NONE).approved).toBe(true);
  expect(decide(evaluationOf(13), gate, NONE).approved).toBe(false);
});

test("the line says how much, how sure and how far", () => {
  const open = decide(evaluationOf(10), gate, NONE);
  expect(open.line).toBe("190/200 = 95.0% (91.0–97.3), needs 188: open");
  const closed = decide(evaluationOf(17), gate, NONE);
  expect(closed.line).toBe("183/200 = 91.5% (86.8–94.6), needs 188: closed, 5 short");
  expect(closed.reason).toBe("183/200 = 91.5% of the test pictures right, 5 short of 188.");
});

test("a model is not to be worse than the one that serves", () => {
  expect(decide(evaluationOf(8), gate, against(8, 8)).approved).toBe(true);
  const worse = decide(evaluationOf(9), gate, against(9, 8));
  expect(worse.line).toBe("191/200 = 95.5% (91.7–97.6), needs 192: closed, 1 short");
  expect(worse.reason).toMatch(/1 short of 192 as before has, which serves\.$/);
  expect(decide(evaluationOf(12), gate, against(12, 50)).required).toBe(188);
});

test("maxRegression is a share of the test pictures that may be lost, rounded down", () => {
  const lenient = { ...gate, maxRegression: 0.0149 };
  const worse = decide(evaluationOf(10), lenient, against(10, 8));
  expect(worse).toMatchObject({ approved: true, required: 190 });
  const tooBad = decide(evaluationOf(11), lenient, against(11, 8));
  expect(tooBad.reason).toBe(
    "189/200 = 94.5% of the test pictures right, 1 short of 190, 2 fewer than before has, which serves.",
  );
  const any = decide(evaluationOf(12), { ...gate, maxRegression: 1 }, against(12, 0));
  expect(any).toMatchObject({ approved: true, required: 188 });
});

test("McNemar's test stands in the champion's line, and decides nothing", () => {
  const comparison = { ...against(9, 8), pValue: 0.0001 };
  const line = decide(evaluationOf(9), { ...gate, maxRegression: 0.01 }, comparison).championLine;
  expect(line).toBe(
    "before, which serves, has 192/200 right: 0 gained, 1 lost, 1 fewer, 2 allowed (McNemar's exact test: p < 0.001).",
  );
  const anew = decide(evaluationOf(7), gate, { ...against(7, 8), reevaluated: true });
  expect(anew.championLine).toBe(
    "before, which serves, has 192/200 right (measured anew: its own pictures were others): " +
      "1 gained, 0 lost, not worse (McNemar's exact test: p = 1.000).",
  );
});

test("where there is nothing to compare with, the champion's line says why", () => {
  const decision = decide(evaluationOf(8), gate, NONE);
  expect(decision.championLine).toBe(NONE);
  expect(decision).not.toHaveProperty("comparison");
});

test("drawn pictures open no gate but where the configuration itself names them", () => {
  const drawn = { ...evaluationOf(0), datasetSource: "drawn" };
  const by = (source: string) => decideBy(drawn, { gate, dataset: { source } }, against(0, 20));
  expect(by("drawn")).toMatchObject({ approved: true, line: expect.stringMatching(/: open$/) });
  const closed = by("cifar-100");
  expect(closed).toMatchObject({ approved: false, correct: 200, total: 200 });
  expect(closed.line).toBe("200/200 = 100.0% (98.1–100.0), needs 188: closed, on drawn pictures");
  expect(closed.reason).toMatch(
    /^200\/200 .* at least 188 needed\. They are drawn pictures, .* write dataset\.source: drawn into pipeline\.yaml\.$/,
  );
  const short = { ...evaluationOf(17), datasetSource: "drawn" };
  expect(decide(short, gate, NONE).line).toMatch(/needs 188: closed, 5 short$/);
});

test("what is not proven opens no gate, and claims no number", () => {
  expect(unproven("the evaluation is gone.")).toMatchObject({
    approved: false,
    required: 0,
    total: 0,
    line: "closed, nothing is proven: the evaluation is gone.",
  });
});

test("every share of two decimals needs what whole numbers say", () => {
  for (let hundredths = 1; hundredths <= 100; hundredths++) {
    for (const total of [1, 7, 50, 150, 200, 999, 10_000]) {
      const exact = Math.floor((hundredths * total + 99) / 100);
      expect(requiredCorrect(hundredths / 100, total)).toBe(exact);
    }
  }
});

test("every allowance of tenths of a percent is what whole numbers say", () => {
  for (let thousandths = 0; thousandths <= 1000; thousandths++) {
    for (const total of [1, 7, 200, 999, 10_000]) {
      expect(allowedFewer(thousandths / 1000, total)).toBe(
        Math.floor((thousandths * total) / 1000),
      );
    }
  }
  expect(allowedFewer(1e-7, 10_000_000)).toBe(1);
});

test("one more right picture never closes an open gate", () => {
  const cases = tuple(integer({ min: 94, max: 100 }), integer({ min: 2, max: 60 }));
  assert(
    property(cases, ([hundredths, half]) => {
      const strict = { ...gate, accuracy: hundredths / 100 };
      const open = Array.from({ length: 6 }, (_, wrong) => {
        return decide(evaluationOf(Math.min(wrong, half * 2), half * 2), strict, NONE).approved;
      });
      expect(open.lastIndexOf(true)).toBe(open.filter(Boolean).length - 1);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["NaN correct", { correct: Number.NaN }],
  ["more correct than there are", { correct: 201 }],
  ["no pictures", { correct: 0, total: 0 }],
  ["fewer predictions than pictures", { total: 201 }],
  ["more correct than its predictions say", { ...evaluationOf(20), correct: 200, accuracy: 1 }],
  ["an accuracy that is absent", { accuracy: undefined as unknown as number }],
  ["an accuracy above 1", { accuracy: 1.5 }],
  ["one picture twice", { predictions: Array(200).fill(evaluationOf(0).predictions[0]) }],
])("an evaluation with %s leaves the gate closed", (_, broken) => {
  const evaluation = { ...evaluationOf(0), ...broken };
  expect(() => decide(evaluation, gate, NONE)).toThrow(/^The evaluation of job is not whole: /);
});

/** A comparison of models with the first pictures wrong, so many of each. */
function against(wrong: number, championWrong: number) {
  const champion = { ...evaluationOf(championWrong), trainingJobName: "before" };
  return compare(evaluationOf(wrong), champion, false);
}
