import { expect, test } from "@jest/globals";
import { chooseSamples } from "../../../local/api/samples.ts";
import { measureStrangers } from "../../../pipeline/evaluation/strangers.ts";

test("the page offers the surest pictures of each class, the least sure of all and some of anything else", () => {
  const predictions = [0.99, 0.98, 0.97, 0.6, 0.1, 0.02, 0.03].map((bicycle, at) => ({
    key: `${at}.png`,
    label: bicycle > 0.5 ? 0 : 1,
    probabilities: [bicycle, 1 - bicycle],
  }));
  const dataset = { prefix: "p/", manifest: { classes: ["bicycle", "motorcycle", "others"] } };
  const other = { key: "cow.png", label: 2, probabilities: [0, 0, 1] };
  const strangers = measureStrangers(predictions, [other]);
  expect(chooseSamples(dataset, { predictions, strangers })).toEqual([
    { key: "p/0.png", label: "bicycle" },
    { key: "p/1.png", label: "bicycle" },
    { key: "p/5.png", label: "motorcycle" },
    { key: "p/6.png", label: "motorcycle" },
    { key: "p/4.png", label: "motorcycle" },
    { key: "p/3.png", label: "bicycle" },
    { key: "p/cow.png", label: "others" },
  ]);
});
