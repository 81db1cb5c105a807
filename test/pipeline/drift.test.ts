import { expect, test } from "@jest/globals";
import { chiSquaredTail } from "../../pipeline/chi-squared.ts";
import { compareAnswers } from "../../pipeline/drift.ts";
import { ksTest } from "../../pipeline/ks.ts";
import { binCounts, decileEdges, psiTest } from "../../pipeline/psi.ts";

const limits = { psi: 0.2, significance: 0.01 };
const squares = (count: number, modulus: number, scale: number) =>
  Array.from({ length: count }, (_, index) => ((index * index) % modulus) / scale);
const answers = (confidences: readonly number[]) =>
  confidences.map((each) => ({ probabilities: [each, 1 - each] }));

test.each([
  [squares(30, 23, 23), 0.25833333333333336, 0.2027071362253587],
  [squares(30, 17, 34), 0.475, 0.000873880337552489],
])("Kolmogorov's and Smirnov's test is scipy's", (second, d, pValue) => {
  // a = [i*i % 17 / 17 for i in range(40)]; b = [i*i % 23 / 23 for i in range(30)], then % 17 / 34
  // d = stats.ks_2samp(a, b).statistic; special.kolmogorov(np.sqrt(40 * 30 / 70) * d)
  const found = ksTest(squares(40, 17, 17), second);
  expect(found.d).toBeCloseTo(d, 12);
  expect(found.pValue).toBeCloseTo(pValue, 12);
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

test("deciles are numpy's, equal ones once", () => {
  // 17 * np.quantile(a, [.1, .2, .3, .4, .5, .6, .7, .8, .9], method="inverted_cdf")
  const edges = decileEdges(squares(40, 17, 17)).map((edge) => Math.round(edge * 17));
  expect(edges).toEqual([1, 2, 4, 8, 9, 13, 15, 16]);
});

test("every value lies in one bin, an edge in the lower one", () => {
  expect(binCounts([0, 1, 1.5, 2, 3, 9], [1, 2])).toEqual([2, 2, 2]);
});

test("fault 66: empty bins and a constant feature stay finite", () => {
  expect(Number.isFinite(psiTest([10, 0, 10], [0, 20, 0]).psi)).toBe(true);
  const constant = answers(Array<number>(30).fill(1));
  for (const feature of compareAnswers(constant, constant, 2, limits)) {
    expect(feature).toMatchObject({ value: 0, pValue: 1, drifted: false });
  }
});

test("the same answers have not drifted", () => {
  const same = answers(squares(200, 97, 97));
  const features = compareAnswers(same, same.toReversed(), 2, limits);
  expect(features.map(({ drifted }) => drifted)).toEqual([false, false, false]);
});

test("a model that has become unsure has drifted", () => {
  const before = answers(squares(200, 97, 970).map((each) => 0.9 + each));
  const now = answers(squares(60, 97, 970).map((each) => 0.6 + each));
  const drifted = compareAnswers(before, now, 2, limits).filter((feature) => feature.drifted);
  expect(drifted.map(({ name, statistic }) => `${name} ${statistic}`)).toEqual([
    "confidence ks",
    "confidence psi",
  ]);
});

test("a change in the mix of classes is drift", () => {
  const before = answers(Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 0.9 : 0.1)));
  const now = answers(Array.from({ length: 60 }, (_, index) => (index % 10 === 0 ? 0.9 : 0.1)));
  const drifted = compareAnswers(before, now, 2, limits).filter((feature) => feature.drifted);
  expect(drifted.map(({ name }) => name)).toEqual(["predicted class"]);
});

test("twenty records drawn from the baseline are no drift, though their index is large", () => {
  const before = answers(squares(200, 97, 97));
  const now = answers(squares(200, 97, 97).filter((_, index) => index % 10 === 7));
  const [, index] = compareAnswers(before, now, 2, limits);
  expect(index?.value).toBeGreaterThan(limits.psi);
  expect(index?.drifted).toBe(false);
});
