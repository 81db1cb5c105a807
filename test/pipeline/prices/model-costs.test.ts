import { expect, test } from "@jest/globals";
import { costsTable } from "../../../actions/summary/costs.ts";
import { parseConfig } from "../../../pipeline/config.ts";
import { modelCosts } from "../../../pipeline/prices/model-costs.ts";

const training = { instanceType: "ml.g4dn.xlarge", instanceCount: 2, billableSeconds: 90 };
const billed = { training, transformSeconds: 120 };

test("a model costs its training and its evaluation, and an hour of serving it what its instances cost", () => {
  const costs = modelCosts(
    parseConfig("{ region: eu-west-1, endpoint: { instanceCount: 2 } }"),
    billed,
  );
  expect(costs.lines.map(({ usd }) => usd)).toEqual([
    expect.closeTo((2 * 90 * 0.822) / 3600),
    expect.closeTo((120 * 0.257) / 3600),
  ]);
  expect(costsTable(costs)).toBe(
    [
      "| what this model cost | USD | for |",
      "| :-- | --: | :-- |",
      String.raw`| training | \$0.0411 | 90 s x 2 x ml.g4dn.xlarge |`,
      String.raw`| evaluation | \$0.0086 | 120 s x 1 x ml.m5.xlarge |`,
      String.raw`| **total** | **\$0.0497** | serving it: \$0.514/h, \$12.34 a day (2 x ml.m5.xlarge, list price of 2023-12-31) |`,
    ].join("\n"),
  );
});

test("a part whose price nobody quotes is unknown, and the total says at least", () => {
  const table = costsTable(modelCosts(parseConfig(""), billed));
  expect(table).toContain("| evaluation | unknown |");
  expect(table).toContain(String.raw`| **total** | **at least \$0.0368** |`);
});

test("of a search only the best job is known here, and is said to be", () => {
  const search = parseConfig(
    "training: { spot: false, tuning: { maxJobs: 3, ranges: { learning_rate: { min: 0.1, max: 1 } } } }",
  );
  expect(modelCosts(search, billed).lines[0]?.what).toBe("training, of the best job alone");
});
