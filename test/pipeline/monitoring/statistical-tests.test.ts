import { expect, test } from "@jest/globals";
import { array, assert, integer, property } from "fast-check";
import { chiSquaredTail, chiSquaredTest } from "../../../pipeline/monitoring/chi-squared.ts";
import { fisherTest } from "../../../pipeline/monitoring/fisher.ts";
import { holm } from "../../../pipeline/monitoring/holm.ts";
import { KsStream } from "../../../pipeline/monitoring/ks.ts";
import { binCounts, binOf, decileBins, psiTest } from "../../../pipeline/monitoring/psi.ts";
import { sampleOf, squares } from "./samples.ts";

// Expected values: scipy 1.17.1 with numpy 2.4.6, by the Python in the comments.

function ks(before: readonly number[], now: readonly number[]) {
  const stream = new KsStream(sampleOf(before));
  for (const value of now) stream.add(value);
  return stream.test();
}

function share(sample: readonly number[], upTo: number): number {
  return sample.filter((value) => value <= upTo).length / sample.length;
}

test.each([
  [squares(30, 23, 23), 0.25833333333333336, 0.2027071362253587],
  [squares(30, 17, 34), 0.475, 0.000873880337552489],
])(
  "Kolmogorov's and Smirnov's test of a stream is scipy's of the two samples",
  (now, d, pValue) => {
    // a = [i*i % 17 / 17 for i in range(40)]; b = [i*i % 23 / 23 for i in range(30)], then % 17 / 34
    // d = stats.ks_2samp(a, b).statistic; special.kolmogorov(np.sqrt(40 * 30 / 70) * d)
    const found = ks(squares(40, 17, 17), now);
    expect(found.d).toBeCloseTo(d, 12);
    expect(found.pValue).toBeCloseTo(pValue, 12);
  },
);

test("D of a stream is the largest distance at any value, whatever the ties", () => {
  const values = array(integer({ min: 0, max: 9 }), { minLength: 1 });
  assert(
    property(values, values, (before, now) => {
      const distances = [...before, ...now].map((at) =>
        Math.abs(share(before, at) - share(now, at)),
      );
      expect(ks(before, now).d).toBeCloseTo(Math.max(...distances), 12);
    }),
  );
});

test("the population stability index is numpy's", () => {
  // p = np.array([20.5, 30.5, 50.5]) / 101.5; q = np.array([35.5, 30.5, 15.5]) / 81.5
  // psi = ((q - p) * np.log(q / p)).sum()
  // stats.chi2.sf(psi / (1/100 + 1/80), 2)
  const { psi, pValue } = psiTest([20, 30, 50], [35, 30, 15]);
  expect(psi).toBeCloseTo(0.49130312673597687, 12);
  expect(pValue).toBeCloseTo(1.813172737086033e-5, 10);
});

test.each([
  [3.84, 1, 0.05004352124870519],
  [5, 2, 0.0820849986238988],
  [0.5, 3, 0.9188914116546758],
  [9.5, 4, 0.04974724741794365],
  [16.92, 9, 0.04998360638750561],
  [0, 4, 1],
])("chi-squared of at least %d with %d degrees of freedom is scipy's", (x, degrees, chance) => {
  expect(chiSquaredTail(x, degrees)).toBeCloseTo(chance, 6); // stats.chi2.sf(x, degrees)
});

test.each([
  [[20, 30, 50], [35, 30, 15], 20.973776223776223, 2.7899881627493803e-5],
  [[100, 100], [140, 60], 16.666666666666668, 4.455709060405612e-5],
  // Of the columns that are not empty in both.
  [[10, 0, 10], [0, 0, 20], 13.333333333333334, 0.0002607296328553165],
])("Pearson's test of %j against %j is scipy's", (first, second, chiSquared, pValue) => {
  // stats.chi2_contingency([first, second], correction=False)
  const found = chiSquaredTest(first, second);
  expect(found.chiSquared).toBeCloseTo(chiSquared, 10);
  expect(found.pValue / pValue).toBeCloseTo(1, 6);
});

test("rare classes are counted together: two strangers among twenty are no drift by themselves", () => {
  // chi2_contingency([[100, 100, 0], [9, 9, 2]]) has p 4.1e-5, fisher_exact([[0, 200], [2, 18]]) 0.0079
  const found = chiSquaredTest([100, 100, 0], [9, 9, 2]);
  // stats.chi2_contingency([[100, 100], [9, 11]], correction=False)
  expect(found.chiSquared).toBeCloseTo(0.18183320935614478, 10);
  expect(found.pValue).toBeCloseTo(0.6698025198964561, 6);
  expect(chiSquaredTest([199, 1], [20, 0])).toEqual({ chiSquared: 0, pValue: 1 });
});

test.each([
  [3, 200, 30, 200, 5.351938817739052e-7],
  [0, 200, 5, 40, 0.00010341081743156436],
  [16, 200, 16, 200, 1],
  [190, 200, 7, 20, 2.0241742618740928e-10],
  [10, 200, 90_000, 1_000_000, 0.047449243708768254],
])("Fisher's test of %d of %d against %d of %d is scipy's", (a, n, b, m, pValue) => {
  // stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue
  expect(fisherTest({ hits: a, of: n }, { hits: b, of: m }) / pValue).toBeCloseTo(1, 6);
});

test("p-values are adjusted as Holm does, and keep their places", () => {
  const found = holm([0.01, 0.04, 0.03, 0.005, 0.5]);
  for (const [at, expected] of [0.04, 0.09, 0.09, 0.025, 0.5].entries()) {
    expect(found[at]).toBeCloseTo(expected, 12);
  }
  expect(holm([])).toEqual([]);
});

test("deciles are numpy's, equal ones once", () => {
  // 17 * np.quantile(a, [.1, .2, .3, .4, .5, .6, .7, .8, .9, 1], method="inverted_cdf")
  const { lowest, edges } = decileBins(sampleOf(squares(40, 17, 1)));
  expect(lowest).toBe(0);
  expect(edges).toEqual([1, 2, 4, 8, 9, 13, 15, 16]);
});

test("every value lies in one bin, an edge in the lower one", () => {
  const bins = { lowest: 0, edges: [1, 2] };
  const values = [-1, 0, 1, 1.5, 2, 3, 9];
  expect(values.map((value) => binOf(value, bins))).toEqual([0, 1, 1, 2, 2, 3, 3]);
  expect(binCounts(sampleOf(values), bins)).toEqual([1, 2, 2, 2]);
  expect(decileBins(sampleOf([7, 7, 7]))).toEqual({ lowest: 7, edges: [7] });
});

test("empty bins and a constant feature stay finite", () => {
  expect(Number.isFinite(psiTest([10, 0, 10], [0, 20, 0]).psi)).toBe(true);
  const constant = Array<number>(30).fill(1);
  expect(ks(constant, constant)).toEqual({ d: 0, pValue: 1 });
  expect(ks(constant, Array<number>(30).fill(2)).d).toBe(1);
  expect(chiSquaredTest([30], [30])).toEqual({ chiSquared: 0, pValue: 1 });
  expect(fisherTest({ hits: 0, of: 30 }, { hits: 0, of: 30 })).toBe(1);
});
