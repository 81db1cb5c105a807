import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import type { Resource } from "../../../pipeline/teardown/inventory.ts";
import { after, planTeardown } from "../../../pipeline/teardown/teardown-plan.ts";
import { planLines } from "../../../pipeline/teardown/teardown-text.ts";

const uri = "s3://bucket/scones/test/";
const GB = 2 ** 30;
const instances = { use: "hosting", instanceType: "ml.m5.xlarge", instanceCount: 2 } as const;
const amounts = {
  reports: { count: 3, bytes: GB },
  models: { count: 1, bytes: 2 * GB },
  labels: { count: 2, bytes: 0 },
  rest: { count: 4, bytes: 10 * GB },
};

/** One of each kind, in no order; the endpoint on two instances. */
const resources = (
  [
    "stack",
    "model package group",
    "model",
    "endpoint configuration",
    "endpoint",
    "data quality job definition",
    "monitoring schedule",
    "scaling",
  ] as const
).map((kind): Resource => ({
  kind,
  name: "a",
  why: "its tags",
  protected: false,
  instances: kind === "endpoint" ? instances : undefined,
}));

const configOf = (teardown: string) => parseConfig(`environment: test\nteardown: ${teardown}`);

/** The kinds that go, and what stays with its number. */
function planned(teardown: string) {
  const { deletions, kept } = planTeardown(configOf(teardown), resources, [{ uri, amounts }]);
  const objects = deletions.find(({ kind }) => kind === "objects");
  return {
    kinds: deletions.map(({ kind }) => kind),
    objects: objects?.count,
    kept: kept.map(({ what, count }) => `${count} ${what}`),
  };
}

test("by default the registry stays with its artifacts, the reports, and what people labelled", () => {
  expect(planned("{}")).toEqual({
    kinds: [
      "scaling",
      "monitoring schedule",
      "data quality job definition",
      "endpoint",
      "endpoint configuration",
      "model",
      "stack",
      "objects",
    ],
    objects: 4,
    kept: [
      "1 model package group a",
      "3 objects of reports",
      "1 objects of models",
      "2 objects of labels",
    ],
  });
});

test("where nothing is to stay, all goes", () => {
  expect(planned("{ keepReports: false, keepModels: false, keepLabels: false }")).toMatchObject({
    kinds: expect.arrayContaining(["model package group"]),
    objects: 10,
    kept: [],
  });
});

test("a registry without its artifacts is not kept", () => {
  const { kinds, kept } = planned("{ keepModels: false, keepLabels: false }");
  expect(kinds).toContain("model package group");
  expect(kept).toEqual(["3 objects of reports"]);
});

test("every kind stands behind what must be gone before it", () => {
  const { kinds } = planned("{ keepReports: false, keepModels: false, keepLabels: false }");
  for (const [at, kind] of kinds.entries()) {
    for (const before of after[kind]) expect(kinds.indexOf(before)).toBeLessThan(at);
  }
});

test("the plan says what it costs a day, and of what it can't tell", () => {
  const plan = planTeardown(configOf("{}"), resources, [{ uri, amounts }]);
  expect(plan.usdPerDay).toBeCloseTo(2 * 0.23 * 24 + (10 * 0.023) / 30);
  expect(planLines(plan)).toEqual([
    "plan: 8 of test to delete, which cost $11.05 a day, and what monitoring schedule a, stack a cost",
    "  scaling a, by its tags: free",
    "  monitoring schedule a, by its tags: cost unknown",
    "  data quality job definition a, by its tags: free",
    "  endpoint a, by its tags: $11.04 a day",
    "  endpoint configuration a, by its tags: free",
    "  model a, by its tags: free",
    "  stack a, by its tags: cost unknown",
    "  objects s3://bucket/scones/test/ (4), by the environment's prefix: $0.0077 a day",
    "  stays: model package group a, free",
    "  stays: objects of reports (3), $0.0008 a day",
    "  stays: objects of models, $0.0015 a day",
    "  stays: objects of labels (2), free",
  ]);
});

const found = (kind: Resource["kind"], name: string, count?: number): Resource => ({
  kind,
  name,
  count,
  why: "its tags",
  protected: false,
});

test("an alarm and a dashboard have their price a day, and logs of several jobs are told by their number", () => {
  const plan = planTeardown(
    configOf("{}"),
    [
      found("alarm", "a"),
      found("dashboard", "b"),
      found("job log", "/aws/c", 2),
      found("job log", "/aws/d"),
    ],
    [],
  );
  expect(planLines(plan)).toEqual([
    "plan: 4 of test to delete, which cost $0.1033 a day, and what 2 job logs cost",
    "  alarm a, by its tags: $0.0033 a day",
    "  dashboard b, by its tags: $0.1000 a day",
    "  job log /aws/c (2), by its tags: cost unknown",
    "  job log /aws/d, by its tags: cost unknown",
  ]);
});

test("an endpoint whose type has no price is not free", () => {
  const odd = { ...instances, instanceType: "ml.g9.xlarge" };
  const [endpoint] = planTeardown(
    configOf("{}"),
    [{ kind: "endpoint", name: "a", why: "", protected: false, instances: odd }],
    [],
  ).deletions;
  expect(endpoint?.usdPerDay).toBeUndefined();
});
