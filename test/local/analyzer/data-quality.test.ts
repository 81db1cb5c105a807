import { expect, test } from "@jest/globals";
import type { FlatRecord } from "../../../local/analyzer/captures.ts";
import { DataQuality } from "../../../local/analyzer/data-quality.ts";
import { monitorBaseline } from "../../../pipeline/model-monitor/monitor-baseline.ts";
import { statisticsSchema } from "../../../pipeline/monitoring/statistics.ts";
import { FeatureSummaries } from "../../../pipeline/monitoring/feature-summaries.ts";

/** A hundred answers, half bicycles, from 0.5 to 0.995, of pictures of 32 x 32. */
const summaries = new FeatureSummaries(["bicycle", "motorcycle"]);
for (let number = 0; number < 100; number++) {
  const sure = 0.5 + number * 0.005;
  summaries.answer(number % 2 === 0 ? [sure, 1 - sure] : [1 - sure, sure]);
  summaries.picture({
    brightness: 1,
    contrast: 1,
    sharpness: 1,
    width: 32,
    height: 32,
    distance: undefined,
  });
}
const baseline = monitorBaseline({ statistics: summaries.statistics() });

const ordinary = (number: number): FlatRecord => ({
  predicted_class: number % 2 === 0 ? "bicycle" : "motorcycle",
  confidence: 0.5 + (number % 100) * 0.005,
  width: 32,
  height: 32,
});

function lookAt(count: number, change: (number: number) => FlatRecord) {
  const quality = new DataQuality(baseline.statistics, baseline.constraints);
  for (let number = 0; number < count; number++) {
    quality.add({ ...ordinary(number), ...change(number) });
  }
  const found = quality.violations().violations;
  return {
    statistics: quality.statistics(),
    violations: found.map((one) => `${one.feature_name}: ${one.constraint_check_type}`),
  };
}

test("the baseline has what the preprocessor tells of a capture, and nothing else", () => {
  const names = ["predicted_class", "confidence", "width", "height"];
  expect(baseline.statistics.features.map(({ name }) => name)).toEqual(names);
  expect(baseline.constraints.features.map(({ name }) => name)).toEqual(names);
});

test("records like the baseline's violate nothing, and their statistics are Model Monitor's", () => {
  const { statistics, violations } = lookAt(100, () => ({}));
  expect(violations).toEqual([]);
  expect(statisticsSchema.parse(statistics)).toEqual(statistics);
});

test.each<[string, string[], (number: number) => FlatRecord]>([
  ["a sure model", ["confidence: baseline_drift_check"], () => ({ confidence: 0.99 })],
  ["one class", ["predicted_class: baseline_drift_check"], () => ({ predicted_class: "bicycle" })],
  [
    "a class that the model has not",
    ["predicted_class: categorical_values_check"],
    (number) => (number % 8 === 0 ? { predicted_class: "cow" } : {}),
  ],
  [
    "pictures of no size",
    ["width: completeness_check"],
    (number) => (number % 2 === 0 ? { width: undefined } : {}),
  ],
  [
    "text for a number",
    ["height: data_type_check", "height: completeness_check"],
    (number) => (number % 4 === 0 ? { height: "tall" } : {}),
  ],
  ["a further column", ["weather: extra_column_check"], () => ({ weather: "fog" })],
])("%s is %j", (_title, expected, change) => {
  expect(lookAt(200, change).violations).toEqual(expected);
});

test("what few records show is no drift, by the correction for small samples", () => {
  expect(lookAt(3, () => ({ confidence: 0.99 })).violations).toEqual([]);
});
