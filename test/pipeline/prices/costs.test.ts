import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { parseConfig } from "../../../pipeline/config.ts";
import {
  application,
  type Costs,
  monitoringCosts,
  monthCosts,
  pictureCosts,
  runCosts,
  savedCosts,
  servingCosts,
  total,
} from "../../../pipeline/prices/costs.ts";

const usage = {
  trainingMinutes: 30,
  evaluationMinutes: 6,
  testPictures: 994,
  picturesPerMonth: 5000,
};
const config = parseConfig("");
const usd = ({ lines }: Costs, what: string) => lines.find((line) => line.what === what)?.usd;

test("a run costs its training minutes on the first instance type, its uploads and its evaluation", () => {
  const costs = runCosts(config, usage);
  expect(usd(costs, "training")).toBeCloseTo(0.736 / 2);
  expect(usd(costs, "staging")).toBeCloseTo(0.005);
  expect(costs.usd).toBeCloseTo(0.736 / 2 + 0.005);
  expect(costs.unknown).toEqual(["evaluation"]);
  expect(costs.notes).toEqual([
    expect.stringContaining("spot training bills fewer seconds"),
    "training on ml.g5.xlarge instead: $0.7040",
  ]);
});

test("more instances and the jobs of a search multiply the training", () => {
  const larger = parseConfig(
    "training: { instanceCount: 2, spot: false, tuning: { maxJobs: 3, ranges: { learning_rate: { min: 0.1, max: 1 } } } }",
  );
  const costs = runCosts(larger, usage);
  expect(usd(costs, "training")).toBeCloseTo(6 * (0.736 / 2));
  expect(costs.lines[1]?.sum).toBe("3 jobs x 30 min x 2 x ml.g4dn.xlarge");
  expect(costs.notes).toHaveLength(1);
});

test("serving costs the fewest instances, and says what the most would", () => {
  const scaled = parseConfig(
    "endpoint: { instanceCount: 2, scaling: { minCapacity: 2, maxCapacity: 3 } }",
  );
  const costs = servingCosts(scaled);
  expect(costs.usd).toBeCloseTo(0.46);
  expect(costs.notes).toEqual(["with 3 instances, the most: $0.6900"]);
});

test("a month is its hours, its monitoring and its pictures", () => {
  expect(monthCosts(config, usage).usd).toBeCloseTo(
    730 * servingCosts(config).usd + monitoringCosts(config).usd + 5 * pictureCosts(config).usd,
  );
});

test.each([
  ["{}", "730 jobs x 5 min x ml.m5.xlarge"],
  ["{ modelQuality: true, instanceType: ml.m5.large }", "2190 jobs x 5 min x ml.m5.large"],
  ['{ schedule: "cron(0 17 ? * * *)" }', "30 jobs x 5 min x ml.m5.xlarge"],
  ['{ schedule: "cron(0 17/12 ? * * *)" }', "61 jobs x 5 min x ml.m5.xlarge"],
])("Model Monitor, %s, is a line of its own without a quoted price", (modelMonitor, sum) => {
  const watched = parseConfig(`monitoring: { modelMonitor: ${modelMonitor} }`);
  expect(monitoringCosts(watched).lines.at(-1)).toEqual({
    what: "Model Monitor",
    usd: undefined,
    sum,
  });
  expect(total(monthCosts(watched, usage))).toMatch(/^at least \$/);
  expect(total(monthCosts(config, usage))).not.toContain("at least");
});

test("a teardown saves a day of serving and of monitoring", () => {
  expect(savedCosts(config).usd).toBeCloseTo(24 * 0.23 + 6.2 / 30);
});

test("where no price is known, every line is unknown and nothing is guessed", () => {
  const nowhere = parseConfig("region: xx-nowhere-1");
  for (const costs of [runCosts(nowhere, usage), monthCosts(nowhere, usage), savedCosts(nowhere)]) {
    expect(costs.usd).toBe(0);
    expect(costs.unknown).toEqual(costs.lines.map(({ what }) => what));
  }
});

test("the estimate counts what the application's template makes", async () => {
  const template = new URL("../../../cloudformation/application.yaml", import.meta.url);
  const { Resources } = parse(await readFile(template, "utf8"), { logLevel: "silent" }) as {
    Resources: Record<string, { Type: string; Properties: { MemorySize?: number } }>;
  };
  const count = (type: string) =>
    Object.values(Resources).filter(({ Type }) => Type === type).length;
  const ofScaling = 2;
  expect(application.alarms).toBe(count("AWS::CloudWatch::Alarm") + ofScaling);
  expect(application.dashboards).toBe(count("AWS::CloudWatch::Dashboard"));
  for (const { name, memoryMB } of [...application.lambdas, application.api]) {
    expect([name, Resources[name]?.Properties.MemorySize]).toEqual([name, memoryMB]);
  }
});
