import { expect, test } from "@jest/globals";
import { arrivals } from "../../traffic/arrivals.ts";

const load = { rate: 20, seconds: 60, drift: 0.3, seed: 1 };

test("the same seed gives the same arrivals, another one others", () => {
  expect(arrivals(load)).toEqual(arrivals(load));
  expect(arrivals({ ...load, seed: 2 })).not.toEqual(arrivals(load));
});

test.each([1, 2, 3])("seed %d: as many as asked for, as chance has it", (seed) => {
  const found = arrivals({ ...load, seed });
  const expected = load.rate * load.seconds;
  expect(Math.abs(found.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
  const drifted = found.filter((each) => each.drifted).length;
  expect(drifted / found.length).toBeCloseTo(load.drift, 1);
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

test("without drift nothing drifts, with all of it everything does", () => {
  expect(arrivals({ ...load, drift: 0 }).some(({ drifted }) => drifted)).toBe(false);
  expect(arrivals({ ...load, drift: 1 }).every(({ drifted }) => drifted)).toBe(true);
});
