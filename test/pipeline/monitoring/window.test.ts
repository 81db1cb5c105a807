import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { makeBaseline } from "../../../pipeline/monitoring/baseline.ts";
import type { PictureStatistics } from "../../../pipeline/monitoring/picture-statistics.ts";
import { Window } from "../../../pipeline/monitoring/window.ts";
import { squares } from "./samples.ts";

const limits = parseConfig("").monitoring;
const classes = ["bicycle", "motorcycle"];
const minute = 60_000;

const answers = (values: readonly number[]) =>
  values.map((each, index) => (index % 2 === 0 ? [each, 1 - each] : [1 - each, each]));

/** Two hundred pictures whose light varies; `by` makes all of them darker. */
const pictures = (by = 0): PictureStatistics[] =>
  squares(200, 97, 1).map((light, index) => ({
    brightness: light + 50 - by,
    contrast: 40 + (index % 13),
    sharpness: 900 + (index % 29) * 10,
    width: 32,
    height: 32,
    red: light + 40 - by,
    green: light + 50 + (index % 7) - by,
    blue: light + 60 - (index % 5) - by,
  }));

const before = answers(squares(200, 97, 970).map((each) => 0.9 + each));
const predictions = before.map((probabilities, index) => ({
  key: `${index}`,
  label: 0,
  probabilities,
}));
const baseline = makeBaseline({ predictions, classes }, pictures());

interface Traffic {
  readonly answers?: readonly (readonly number[])[];
  readonly pictures?: readonly (PictureStatistics | undefined)[];
  /** Of the records, in order; by default all in the first. */
  readonly minuteOf?: (index: number) => number;
}

function windowOf({
  answers: now = before,
  pictures: seen = [],
  minuteOf = () => 0,
}: Traffic): Window {
  const window = new Window(baseline, { threshold: 0.93 });
  for (const [index, each] of now.entries()) window.answer(each, minuteOf(index) * minute + 5_000);
  for (const [index, each] of seen.entries()) window.picture(each, minuteOf(index) * minute);
  return window;
}

const drifted = (traffic: Traffic) => {
  const { features, since } = windowOf(traffic).drift(limits);
  const found = features.filter((feature) => feature.drifted);
  return { names: found.map(({ name, statistic }) => `${name} ${statistic}`), since };
};

test("the same answers and pictures have not drifted, in whatever order", () => {
  const now = { answers: before.toReversed(), pictures: pictures().toReversed() };
  expect(drifted(now)).toEqual({ names: [], since: undefined });
  expect(windowOf(now).drift(limits).features).toHaveLength(2 * 5 + 2 + 2);
});

test("a model that has become unsure has drifted, by its confidence and the share below the threshold", () => {
  const unsure = answers(squares(60, 97, 970).map((each) => 0.6 + each));
  expect(drifted({ answers: unsure }).names).toEqual([
    "confidence ks",
    "confidence psi",
    "low_confidence fisher",
  ]);
});

test("more pictures of anything else than the test's vehicles were taken for is drift, and has its share", () => {
  const three = before.map((each) => [...each, 0]);
  const known = three.map((probabilities, index) => ({ key: `${index}`, label: 0, probabilities }));
  const others = [...classes, "background"];
  const window = new Window(makeBaseline({ predictions: known, classes: others }, []), {
    threshold: 0.93,
    background: "background",
  });
  for (const [index, each] of three.entries()) {
    window.answer(index < 30 ? [0, 0, 1] : each, 0);
  }
  expect(window.shares.strangers).toBe(0.15);
  const { features } = window.drift(limits);
  expect(features.find(({ name }) => name === "strangers")).toMatchObject({
    statistic: "fisher",
    value: 0.15,
    drifted: true,
  });
  expect(windowOf({}).shares.strangers).toBeUndefined();
});

test("a change in the mix of classes is drift", () => {
  const mixed = before
    .slice(0, 60)
    .map((each, index) => (index % 10 === 1 ? each : (before[0] ?? each)));
  expect(drifted({ answers: mixed }).names).toContain("predicted_class chi-squared");
});

test("darker pictures are drift, though the answers are as before", () => {
  const { names } = drifted({ pictures: pictures(60) });
  expect(names).toContain("brightness ks");
  expect(names).toContain("unlike fisher");
  expect(names.filter((name) => name.startsWith("confidence"))).toEqual([]);
});

test("pictures of another size are no drift, and the size stands in the statistics", () => {
  const larger = pictures().map((picture) => Object.assign(picture, { width: 1024, height: 768 }));
  expect(drifted({ pictures: larger }).names).toEqual([]);
  const window = windowOf({ pictures: larger });
  expect(window.side).toBe(8);
  const width = window.statistics().features.find(({ name }) => name === "width");
  expect(width?.numerical_statistics?.mean).toBe(1024);
});

test("twenty records of the baseline's own are no drift, though their index is large", () => {
  const few = answers(
    squares(200, 97, 970)
      .filter((_, index) => index % 10 === 7)
      .map((each) => 0.9 + each),
  );
  const { features } = windowOf({ answers: few }).drift(limits);
  const index = features.find(({ name, statistic }) => `${name} ${statistic}` === "confidence psi");
  expect(index?.value).toBeGreaterThan(limits.psi);
  expect(features.filter((feature) => feature.drifted)).toEqual([]);
});

test("features of too few pictures are not compared", () => {
  const few = { pictures: pictures().slice(0, limits.minRecords - 1) };
  const names = windowOf(few)
    .drift(limits)
    .features.map(({ name }) => name);
  expect(new Set(names)).toEqual(new Set(["confidence", "predicted_class", "low_confidence"]));
});

test("drift is dated by the minute from which the records differ", () => {
  const unsure = answers(squares(100, 97, 970).map((each) => 0.6 + each));
  const now = [...before.slice(0, 150), ...unsure];
  const found = drifted({ answers: now, minuteOf: (index) => Math.floor(index / 30) });
  expect(found.since).toBe("1970-01-01T00:05:05.000Z");
});

test("pictures of a sample that left minutes out date the drift all the same", () => {
  const window = windowOf({ minuteOf: (index) => Math.floor(index / 20) });
  for (const picture of pictures().slice(0, 40)) window.picture(picture, 0);
  for (const picture of pictures(60).slice(0, 40)) window.picture(picture, 9 * minute);
  const { features, since } = window.drift(limits);
  expect(since).toBe("1970-01-01T00:09:05.000Z");
  expect(features.find(({ name }) => name === "brightness")?.since).toBe(since);
});

test("a constant model and pictures of one colour stay finite", () => {
  const constant = Array.from({ length: 60 }, () => [1, 0]);
  const grey = pictures().map((picture) => Object.assign(picture, { contrast: 0, sharpness: 0 }));
  const same = makeBaseline(
    {
      classes,
      predictions: constant.map((probabilities, index) => ({
        key: `${index}`,
        label: 0,
        probabilities,
      })),
    },
    grey,
  );
  const window = new Window(same, { threshold: 0.93 });
  for (const each of constant) window.answer(each, 0);
  for (const each of grey) window.picture(each, 0);
  for (const feature of window.drift(limits).features) {
    expect(feature).toMatchObject({ value: expect.closeTo(0, 1), drifted: false });
  }
});

test("a window's statistics and its baseline's have one shape, of Model Monitor", () => {
  const window = windowOf({ pictures: [...pictures(), undefined] });
  const statistics = window.statistics();
  expect(statistics.dataset).toEqual({ item_count: 200 });
  expect(statistics.features.map(({ name }) => name)).toEqual(
    baseline.statistics.features.map(({ name }) => name),
  );
  expect(statistics.features[0]).toEqual({
    name: "predicted_class",
    inferred_type: "String",
    string_statistics: {
      common: { num_present: 200, num_missing: 0 },
      distinct_count: 2,
      distribution: {
        categorical: {
          buckets: [
            { value: "bicycle", count: 100 },
            { value: "motorcycle", count: 100 },
          ],
        },
      },
    },
  });
  const width = statistics.features.find(({ name }) => name === "width");
  expect(width).toMatchObject({
    inferred_type: "Integral",
    numerical_statistics: {
      common: { num_present: 200, num_missing: 1 },
      mean: 32,
      sum: 6400,
      std_dev: 0,
      distribution: { kll: { buckets: [{ lower_bound: 32, upper_bound: 32, count: 200 }] } },
    },
  });
  const sure = statistics.features.find(({ name }) => name === "confidence")?.numerical_statistics;
  const counts = sure?.distribution.kll.buckets.map(({ count }) => count) ?? [];
  expect(counts).toHaveLength(10);
  expect(counts.reduce((a, b) => a + b)).toBe(200);
  expect(sure?.mean).toBeCloseTo(0.9 + squares(200, 97, 970).reduce((a, b) => a + b) / 200, 10);
});
