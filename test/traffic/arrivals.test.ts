import { expect, test } from "@jest/globals";
import { arrivals, type Kind } from "../../traffic/arrivals.ts";

const load = { rate: 20, seconds: 60, drift: 0.3, strangers: 0.2, seed: 1 };

test("the same seed gives the same arrivals, another one others", () => {
  expect(arrivals(load)).toEqual(arrivals(load));
  expect(arrivals({ ...load, seed: 2 })).not.toEqual(arrivals(load));
});

test.each([1, 2, 3])("seed %d: as many as asked for, as chance has it", (seed) => {
  const found = arrivals({ ...load, seed });
  const expected = load.rate * load.seconds;
  expect(Math.abs(found.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
  const shareOf = (kind: Kind) => found.filter((each) => each.kind === kind).length / found.length;
  expect(shareOf("drifted")).toBeCloseTo(load.drift, 1);
  expect(shareOf("stranger")).toBeCloseTo(load.strangers, 1);
});

test("they come one after the other within the time, independently of each other", () => {
  const found = arrivals(load);
  const times = found.map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(60_000);
  // Exponential gaps: their standard deviation is their mean, here 50 ms.
  const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(mean).toBeGreaterThan(45);
  expect(mean).toBeLessThan(55);
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});

const kindsOf = (drift: number, strangers: number) => [
  ...new Set(arrivals({ ...load, drift, strangers }).map(({ kind }) => kind)),
];

test("without drift and strangers all is clear, with all of one everything is that", () => {
  expect(kindsOf(0, 0)).toEqual(["clear"]);
  expect(kindsOf(1, 0)).toEqual(["drifted"]);
  expect(kindsOf(0, 1)).toEqual(["stranger"]);
});
