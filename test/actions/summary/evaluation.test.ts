import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { evaluationSummary } from "../../../actions/summary/evaluation.ts";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { createManifest, createPredictions } from "../../pipeline/evaluation/predictions.ts";
import { tablesOf } from "./cells.ts";

const manifest = createManifest(10, 6);
const evaluation = evaluate(createPredictions(manifest, 1), {
  trainingJobName: "scones-1",
  manifest,
});

test("an evaluation is shown whole", () => {
  const links = [{ text: "transform job", address: "https://example.com/" }];
  expect(evaluationSummary({ evaluation, cost: "$0.0038 (60 s)", links })).toBe(
    String.raw`## Evaluation

**9 of 10 test pictures right: 90.0%** (95% interval 59.6% to 98.2%)

| is ↓ taken for → | bicycle | motorcycle | all |
| :-- | --: | --: | --: |
| bicycle | **5** | 1 | 6 |
| motorcycle | 0 | **4** | 4 |
| all | 5 | 5 | 10 |

| class | pictures | precision | recall |
| :-- | --: | --: | --: |
| bicycle | 6 | 100.0% | 83.3% |
| motorcycle | 4 | 80.0% | 100.0% |

|  |  |
| :-- | :-- |
| model of training job | <code>scones-1</code> |
| AUC | 0.917 |
| log loss | 0.325 |
| calibration error | 0.000 |
| cost | \$0.0038 (60 s) |

| surest mistakes (1 of 1) | is | taken for | confidence |
| :-- | :-- | :-- | --: |
| <code>test/picture\_0.png</code> | bicycle | motorcycle | 90.0% |

[transform job](https://example.com/)
`,
  );
});

test("what the model cost until then stands below its mistakes", () => {
  const cost = { what: "training", usd: 0.5, sum: "90 s" };
  const costs = { title: "it", lines: [cost], usd: 0.5, unknown: [], notes: ["serving it: $1"] };
  const summary = evaluationSummary({ evaluation, costs });
  expect(summary).toContain(
    String.raw`
| what it cost | USD | for |
| :-- | --: | :-- |
| training | \$0.5000 | 90 s |
| **total** | **\$0.5000** | serving it: \$1 |
`,
  );
});

test("strangers stand in the confusion matrix, and the share that passes has its interval", () => {
  const strangers = Array.from({ length: 4 }, (_, at) => ({
    key: `test/stranger_${at}.png`,
    label: 2,
  }));
  const vehicles = createPredictions(manifest).map(({ probabilities, ...of }) =>
    Object.assign(of, { probabilities: [...probabilities, 0] }),
  );
  const others = strangers.map((of, at) =>
    Object.assign({ probabilities: at === 0 ? [1, 0, 0] : [0, 0.1, 0.9] }, of),
  );
  const summary = evaluationSummary({
    evaluation: evaluate([...vehicles, ...others], {
      trainingJobName: "scones-1",
      manifest: {
        ...manifest,
        classes: [...manifest.classes, "background"],
        background: "background",
        test: [...manifest.test, ...strangers],
      },
    }),
  });
  expect(summary).toContain("**10 of 10 test pictures right: 100.0%**");
  expect(summary).toContain("| background | 1 | 0 | **3** | 4 |");
  expect(summary).toContain(
    "| of anything else | 1 of 4 pass where 95% of the vehicles are kept: 25.0% (95% interval 4.6% to 69.9%) |",
  );
});

test.each([
  [
    { notCompared: "it tells other classes apart" },
    ", not comparable: it tells other classes apart",
  ],
  [
    { evaluationUri: "", evaluationSha256: "", reevaluated: true },
    ", measured anew on these pictures",
  ],
  [{ evaluationUri: "", evaluationSha256: "", reevaluated: false }, ""],
])("the model that serves is named, and how it was measured: %j", (how, words) => {
  const summary = evaluationSummary({ evaluation, champion: { name: "scones-0", ...how } });
  expect(summary).toContain(
    `| to be compared with | <code>scones-0</code>, which serves${words} |`,
  );
});

test("the surest mistakes come first, five at most", () => {
  const large = createManifest(40);
  const predictions = createPredictions(large, 8).map(({ key, label, probabilities }, index) => {
    const sure = 0.6 + index / 100;
    return { key, label, probabilities: index < 8 ? [1 - sure, sure] : probabilities };
  });
  const { rows } = mistakes(evaluate(predictions, { trainingJobName: "a", manifest: large }));
  expect(rows.map(([key]) => key)).toEqual(
    [7, 6, 5, 4, 3].map((index) => String.raw`<code>test/picture\_${index}.png</code>`),
  );
});

test("a model without mistakes says so", () => {
  const right = evaluate(createPredictions(manifest), { trainingJobName: "a", manifest });
  expect(evaluationSummary({ evaluation: right })).toContain("\nNo test picture is wrong.\n");
});

test("an AUC that is not defined is not a number", () => {
  expect(evaluationSummary({ evaluation: { ...evaluation, auc: Number.NaN } })).toContain(
    "| AUC | not defined |",
  );
});

test("every table keeps its columns, whatever pictures and classes are called", () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
      fc.string({ unit: "grapheme" }),
      (classes, name) => {
        const predictions = evaluation.predictions.map((each) => ({ ...each, key: name }));
        const perClass = evaluation.perClass.map((each, index) => ({
          ...each,
          name: classes[index] ?? "",
        }));
        const named = { ...evaluation, trainingJobName: name, classes, perClass, predictions };
        const tables = tablesOf(evaluationSummary({ evaluation: named }));
        expect(tables.map((rows) => rows.length)).toEqual([5, 4, 6, 3]);
        for (const rows of tables) {
          expect(new Set(rows.map((cells) => cells.length)).size).toBe(1);
        }
      },
    ),
  );
});

function mistakes(of: typeof evaluation): { rows: string[][] } {
  const [, , , worst = []] = tablesOf(evaluationSummary({ evaluation: of }));
  return { rows: worst.slice(2) };
}
