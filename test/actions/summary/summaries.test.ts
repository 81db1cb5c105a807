import { expect, test } from "@jest/globals";
import { datasetSummary } from "../../../actions/summary/dataset.ts";
import { endpointSummary } from "../../../actions/summary/endpoint.ts";
import { gateSummary } from "../../../actions/summary/gate.ts";
import { monitoringSummary } from "../../../actions/summary/monitoring.ts";
import { stackSummary } from "../../../actions/summary/stack.ts";
import { teardownSummary } from "../../../actions/summary/teardown.ts";
import { verificationSummary } from "../../../actions/summary/verification.ts";
import { evaluate } from "../../../pipeline/evaluation.ts";
import { decide } from "../../../pipeline/steps/gate-deployment.ts";
import { createManifest, createPredictions } from "../../pipeline/predictions.ts";
import { tablesOf } from "./cells.ts";

const manifest = createManifest(200);
const hostile = "a|b\n`c` <d>";

function decideWith(wrong: number) {
  const predictions = createPredictions(manifest, wrong);
  return decide(evaluate(predictions, { trainingJobName: "job", manifest }), { accuracy: 0.94 });
}

test("a gate that opens says so with the interval", () => {
  expect(gateSummary(decideWith(10))).toBe(`\
# ✅ Gate open

**190/200 = 95.0% (91.0–97.3), needs 188: open**

190/200 = 95.0% of the test pictures right, at least 188 needed.
`);
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
    ["expires", "2026-01-02 03:04 UTC"],
  ]);
});

test("an expiry that this run did not set is not claimed", () => {
  const summary = endpointSummary({ endpoint, instanceType: "ml.m5.xlarge", instanceCount: 1 });
  expect(summary).toContain("| expires | never: it stays until it is torn down |");
});

test("a verification shows what was routed and how fast", () => {
  const latencies = { p50: 58, p95: 131, max: 160 };
  const summary = verificationSummary({ confident: 12, unsure: 8, latencies });
  expect(summary).toContain("All 20 pictures");
  expect(tablesOf(summary)[0]?.at(-1)).toEqual(["12", "8", "58 ms", "131 ms", "160 ms"]);
});

test("monitoring marks the features that drifted", () => {
  const limits = { pValue: 0.0001, limit: 0.01 };
  const summary = monitoringSummary({
    verdict: "drift",
    records: 1200,
    skipped: 0,
    reportUri: "s3://b/r.json",
    features: [
      { name: "confidence", statistic: "ks", value: 0.31, drifted: true, ...limits },
      { name: "predicted class", statistic: "psi", value: 0.01, drifted: false, ...limits },
    ],
  });
  expect(summary).toContain("## ⚠️ Monitoring: drift");
  expect(summary).not.toContain("skipped");
  expect(tablesOf(summary)[1]?.slice(2)).toEqual([
    ["confidence", "KS", "0.310", String.raw`\< 0.001`, "p below 0.01", "**yes**"],
    ["predicted class", "PSI", "0.010", String.raw`\< 0.001`, "PSI above 0.01", "no"],
  ]);
});

test("insufficient data show no features", () => {
  const nothing = { verdict: "insufficient data", records: 3, skipped: 1, features: [] } as const;
  const summary = monitoringSummary({ ...nothing, reportUri: "s3://b/r.json" });
  expect(tablesOf(summary)).toHaveLength(1);
  expect(summary).toContain("| unreadable lines skipped | 1 |");
});

test("a teardown counts what became of each resource", () => {
  const summary = teardownSummary([
    { environment: "a", kind: "endpoint", name: hostile, outcome: "deleted" },
    { environment: "a", kind: "objects", name: "s3://b/", count: 1200, outcome: "left" },
  ]);
  expect(summary).toContain("**1 deleted, 1 left**");
  expect(tablesOf(summary)[0]?.slice(2)).toEqual([
    ["a", "endpoint", String.raw`<code>a\|b \`c\` \<d\></code>`, "1", "deleted"],
    ["a", "objects", "<code>s3://b/</code>", "1,200", "**left**"],
  ]);
});

test("a dry run says what would be deleted, and nothing when there is nothing", () => {
  const row = { environment: "a", kind: "stack", name: "b", outcome: "would be deleted" } as const;
  expect(teardownSummary([row])).toContain("**1 would be deleted**");
  expect(teardownSummary([])).toContain("Nothing was there to delete.");
});
