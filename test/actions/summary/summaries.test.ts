import { expect, test } from "@jest/globals";
import { datasetSummary } from "../../../actions/summary/dataset.ts";
import { endpointSummary } from "../../../actions/summary/endpoint.ts";
import { gateSummary } from "../../../actions/summary/gate.ts";
import { stackSummary } from "../../../actions/summary/stack.ts";
import type { TeardownPlan } from "../../../pipeline/teardown/teardown-plan.ts";
import { teardownSummary } from "../../../actions/summary/teardown.ts";
import { verificationSummary } from "../../../actions/summary/verification.ts";
import type { Comparison } from "../../../pipeline/evaluation/comparison.ts";
import { parseConfig } from "../../../pipeline/config.ts";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { decide } from "../../../pipeline/evaluation/gate-decision.ts";
import { createManifest, createPredictions } from "../../pipeline/evaluation/predictions.ts";
import { tablesOf } from "./cells.ts";

const manifest = createManifest(200);
const hostile = "a|b\n`c` <d>";

function decideWith(wrong: number, champion: Comparison | string = "No model serves.") {
  const predictions = createPredictions(manifest, wrong);
  const evaluation = evaluate(predictions, { trainingJobName: "job", manifest });
  return decide(evaluation, parseConfig(""), champion);
}

test("a gate that opens says so with the interval", () => {
  expect(gateSummary(decideWith(10))).toBe(`\
# ✅ Gate open

**190/200 = 95.0% (91.0–97.3), needs 188: open**

190/200 = 95.0% of the test pictures right, at least 188 needed.

No model serves.
`);
});

test("a gate that compares shows the four counts, and which pictures were gained and lost", () => {
  const comparison: Comparison = {
    champion: "before",
    championCorrect: 192,
    reevaluated: false,
    bothRight: 180,
    bothWrong: 6,
    gained: ["test/b.png"],
    lost: Array.from({ length: 12 }, (_, index) => `test/a_${index}.png`),
    pValue: 0.003,
  };
  const summary = gateSummary(decideWith(19, comparison));
  expect(tablesOf(summary)[0]?.slice(2)).toEqual([
    ["right", "180", "**1** gained"],
    ["wrong", "**12** lost", "6"],
  ]);
  expect(summary).toContain("before, which serves, has 192/200 right: 1 gained, 12 lost");
  expect(summary).toContain("\nGained: <code>test/b.png</code>\n");
  expect(summary).toMatch(/\nLost: <code>test\/a\\_0.png<\/code>, .*, and 2 more\n/);
});

test("a gate that stays closed says how many are short", () => {
  const summary = gateSummary(decideWith(20), [{ text: "model", address: "https://example.com" }]);
  expect(summary).toContain("# ❌ Gate closed\n");
  expect(summary).toContain("needs 188: closed, 8 short**");
  expect(summary).toMatch(/\n\[model\]\(https:\/\/example\.com\)\n$/);
});

test("a dataset shows its counts, hash and place", () => {
  const summary = datasetSummary({ bucket: "b", prefix: "p/", manifest });
  expect(tablesOf(summary)[1]?.slice(-1)).toEqual([["8", "2", "200", "210"]]);
  expect(summary).toContain("| hash | <code>0123456789abcdef</code> |");
  expect(summary).toContain("| at | <code>s3://b/p/</code> |");
});

test("a stack shows each resource's change and whether it is replaced", () => {
  const summary = stackSummary({
    stackName: "scones-production-application",
    change: "updated",
    changes: [
      { action: "Add", logicalId: "Topic", type: "AWS::SNS::Topic", replacement: false },
      { action: "Modify", logicalId: "Role", type: "AWS::IAM::Role", replacement: true },
      { action: "Modify", logicalId: "Same", type: "Custom", replacement: false },
    ],
    outputs: { TopicArn: hostile },
  });
  const [changes = [], outputs = []] = tablesOf(summary);
  expect(changes.slice(2).map(([change]) => change)).toEqual(["Add", "Modify, replaced", "Modify"]);
  expect(outputs.at(-1)).toEqual(["TopicArn", String.raw`<code>a\|b \`c\` \<d\></code>`]);
  expect(summary).toContain("**updated**: <code>scones-production-application</code>");
});

test("a stack without changes has no table of them", () => {
  const stack = { stackName: "a", change: "unchanged", changes: [], outputs: {} } as const;
  expect(tablesOf(stackSummary(stack))).toEqual([]);
});

const endpoint = { endpointName: "e", endpointConfigName: "c", change: "created" } as const;

test("an endpoint shows its instances, its price and when it goes", () => {
  const summary = endpointSummary({
    endpoint,
    instanceType: "ml.m5.xlarge",
    instanceCount: 2,
    cost: "$0.46/h",
    expiresAt: new Date("2026-01-02T03:04:05Z"),
  });
  expect(tablesOf(summary)[0]?.slice(2)).toEqual([
    ["configuration", "<code>c</code>"],
    ["instances", "2 x <code>ml.m5.xlarge</code>"],
    ["costs", String.raw`\$0.46/h`],
    ["expires", "2026-01-02 03:04:05 UTC"],
  ]);
});

test("an update's summary shows the endpoint before, during and after", () => {
  const at = new Date("2026-01-02T03:04:05Z");
  const former = { at, endpointConfigName: "old", modelName: "old-model" };
  const summary = endpointSummary({
    endpoint,
    instanceType: "ml.m5.xlarge",
    instanceCount: 2,
    moments: [
      { ...former, when: "before", status: "InService" },
      { ...former, when: "during", status: "Updating", modelName: undefined },
    ],
  });
  const time = "2026-01-02 03:04:05 UTC";
  expect(tablesOf(summary)[1]?.slice(2)).toEqual([
    ["before", "InService", "<code>old</code>", "<code>old-model</code>", time],
    ["during", "Updating", "<code>old</code>", "", time],
  ]);
});

test("the summary warns where Model Monitor does not watch the endpoint", () => {
  const made = { endpoint, instanceType: "ml.m5.xlarge", instanceCount: 1 };
  const warning = "Model Monitor was <refused>.";
  expect(endpointSummary({ ...made, warning })).toContain(
    String.raw`> [!WARNING]${"\n"}> Model Monitor was \<refused\>.`,
  );
  expect(endpointSummary(made)).not.toContain("[!WARNING]");
});

test("an expiry that this run did not set is not claimed", () => {
  const summary = endpointSummary({ endpoint, instanceType: "ml.m5.xlarge", instanceCount: 1 });
  expect(summary).toContain("| expires | never: it stays until it is torn down |");
});

test("a verification shows what was routed and how fast", () => {
  const latencies = { p50: 58, p95: 131, max: 160 };
  const summary = verificationSummary({ confident: 12, unsure: 8, strangers: 3, latencies });
  expect(summary).toContain("All 23 pictures");
  expect(tablesOf(summary)[0]?.at(-1)).toEqual(["12", "8", "3", "58 ms", "131 ms", "160 ms"]);
});

const plan: TeardownPlan = {
  environment: "a",
  deletions: [
    { kind: "endpoint", name: hostile, why: "its tags", usdPerDay: 5.52 },
    { kind: "objects", name: "s3://b/", why: "the prefix", count: 1200, usdPerDay: undefined },
  ],
  kept: [{ what: "objects of models", count: 2, usdPerDay: 0.0001 }],
  keptShares: ["models"],
  usdPerDay: 5.52,
  protected: [],
};

test("a teardown says what became of each resource, why it was to go, what it saved, and what stays", () => {
  const left = [{ kind: "objects", name: "s3://b/", reason: "AccessDenied" }];
  const expiresAt = new Date("2026-06-01T12:00:00Z");
  const summary = teardownSummary([{ plan, expiresAt, dryRun: false, left }]);
  expect(summary).toContain("### a, expired since 2026-06-01T12:00:00.000Z");
  expect(summary).toContain(String.raw`**1 deleted, 1 left; they cost \$5.52 a day**`);
  const name = String.raw`<code>a\|b \`c\` \<d\></code>`;
  expect(tablesOf(summary)[0]?.slice(2)).toEqual([
    ["endpoint", name, "1", "its tags", String.raw`\$5.52 a day`, "deleted"],
    [
      "objects",
      "<code>s3://b/</code>",
      "1,200",
      "the prefix",
      "cost unknown",
      "**left**: AccessDenied",
    ],
  ]);
  expect(summary).toContain(String.raw`objects of models (2, \$0.0001 a day).`);
});

test("what only a later plan had, and could not be deleted, stands in the summary too", () => {
  const left = [{ kind: "model", name: "late", reason: "it appears again and again" }];
  expect(teardownSummary([{ plan, dryRun: false, left }])).toContain("**2 deleted, 1 left;");
});

test("a dry run says what would be deleted, and nothing when there is nothing", () => {
  expect(teardownSummary([{ plan, dryRun: true, left: [] }])).toContain(
    "**2 would be deleted, which",
  );
  const nothing = { ...plan, deletions: [] };
  expect(teardownSummary([{ plan: nothing, dryRun: true, left: [] }])).toContain(
    "Nothing was there to delete.",
  );
});
