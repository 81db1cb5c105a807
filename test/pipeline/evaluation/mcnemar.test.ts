import { expect, test } from "@jest/globals";
import { mcnemar } from "../../../pipeline/evaluation/mcnemar.ts";

// python: scipy.stats.binomtest(gained, gained + lost, 0.5).pvalue, SciPy 1.17.1.
test.each([
  [1, 0, 1],
  [5, 5, 1],
  [3, 4, 1],
  [1, 6, 0.125],
  [2, 10, 0.03857421875],
  [10, 2, 0.03857421875],
  [0, 8, 0.0078125],
  [15, 30, 0.035697803555194696],
  [121, 59, 4.4344492637551645e-6],
  [700, 800, 0.010559255466711506],
  [6000, 6300, 0.0070155184820324444],
])("%i gained and %i lost have SciPy's p-value", (gained, lost, p) => {
  expect(mcnemar(gained, lost) / p).toBeCloseTo(1, 8);
});

test("models that answer alike are no evidence against being equally good", () => {
  expect(mcnemar(0, 0)).toBe(1);
});

test("a hundred thousand pictures, all gained, leave a chance of nothing, not NaN", () => {
  expect(mcnemar(100_000, 0)).toBe(0);
});
