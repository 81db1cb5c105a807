import { expect, test } from "@jest/globals";
import { compare } from "../../../pipeline/evaluation/comparison.ts";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { createManifest, createPredictions } from "./predictions.ts";

const manifest = createManifest(10);

/** An evaluation with these pictures wrong, by their numbers. */
function evaluationOf(trainingJobName: string, wrong: readonly number[]) {
  const predictions = createPredictions(manifest).map((each, index) =>
    wrong.includes(index)
      ? Object.assign(each, { probabilities: each.probabilities.toReversed() })
      : each,
  );
  return evaluate(predictions, { trainingJobName, manifest });
}

const champion = evaluationOf("champion", [0, 1, 2]);
const challenger = evaluationOf("challenger", [2, 3, 4, 5]);

test("two models are paired by the pictures' keys, whatever their order", () => {
  const turned = { ...champion, predictions: champion.predictions.toReversed() };
  const found = compare(challenger, turned, true);
  expect(found).toEqual({
    champion: "champion",
    championCorrect: 7,
    reevaluated: true,
    bothRight: 4,
    bothWrong: 1,
    gained: ["test/picture_0.png", "test/picture_1.png"],
    lost: ["test/picture_3.png", "test/picture_4.png", "test/picture_5.png"],
    pValue: expect.closeTo(1, 12),
  });
  expect(compare(challenger, champion, true)).toEqual(found);
});

test.each([
  ["another dataset", { ...champion, datasetHash: "other" }],
  ["a picture less", { ...champion, predictions: champion.predictions.slice(1) }],
  [
    "another picture",
    {
      ...champion,
      predictions: champion.predictions.with(0, {
        key: "test/stranger.png",
        label: 0,
        probabilities: [1, 0],
      }),
    },
  ],
])("models are not compared over %s", (_, other) => {
  expect(() => compare(challenger, other, false)).toThrow(
    "challenger and champion, which serves, were not measured on the same pictures.",
  );
});
