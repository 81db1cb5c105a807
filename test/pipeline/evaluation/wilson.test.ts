import { expect, test } from "@jest/globals";
import { wilson } from "../../../pipeline/evaluation/wilson.ts";

test("190 of 200 lies between 91.0 and 97.3 percent", () => {
  const [low, high] = wilson(190, 200);
  expect(low).toBeCloseTo(0.91, 3);
  expect(high).toBeCloseTo(0.9726, 3);
});

test("an interval never leaves 0 to 1", () => {
  expect(wilson(0, 5)[0]).toBeCloseTo(0, 12);
  expect(wilson(5, 5)[1]).toBeCloseTo(1, 12);
});
