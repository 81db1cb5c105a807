import { expect, test } from "@jest/globals";
import { confidenceOverTime } from "../../../actions/summary/confidence-over-time.ts";
import { monitoringSummary } from "../../../actions/summary/monitoring.ts";
import type { Moment } from "../../../pipeline/monitoring/timeline.ts";
import { tablesOf } from "./cells.ts";

const moment = { at: "2026-01-02T03:00:00.000Z", records: 20, low: 2, classes: [9, 11] };
const quantiles = { p5: 0.7, p25: 0.9, p50: 0.98, p75: 0.99, p95: 0.999 };
const documentOf = (moments: readonly Moment[]) => ({
  htmlUri: "s3://b/r.html",
  reportUri: "s3://b/r.json",
  document: { threshold: 0.93, seen: { timeline: { seconds: 1800, moments } } },
});

test("monitoring marks the features that drifted", () => {
  const limits = { pValue: 0.0001, adjusted: 0.0002, limit: 0.01 };
  const since = "2026-01-02T03:04:05.000Z";
  const summary = monitoringSummary({
    verdict: "drift",
    records: 1200,
    skipped: 0,
    pictures: 1000,
    driftedSince: since,
    shares: { lowConfidence: 0.25, unlike: undefined, strangers: undefined },
    latency: { p99Ms: 81.6, limitMs: 1000 },
    ...documentOf([]),
    features: [
      { name: "confidence", statistic: "ks", value: 0.31, drifted: true, since, ...limits },
      { name: "predicted_class", statistic: "psi", value: 0.01, drifted: false, ...limits },
    ],
  });
  expect(summary).toContain("## ⚠️ Monitoring: drift");
  expect(summary).not.toContain("skipped");
  expect(summary).toContain("| below the threshold | 25.0% |");
  expect(summary).not.toContain("unlike the test pictures");
  expect(summary).toContain("| the model's p99 | 82 ms; an alarm rises above 1000 ms |");
  const tiny = String.raw`\< 0.001`;
  expect(tablesOf(summary)[1]?.slice(2)).toEqual([
    ["confidence", "Kolmogorov–Smirnov D", "0.310", tiny, String.raw`p \< 0.01`, "**yes**", since],
    ["predicted class", "PSI", "0.010", tiny, String.raw`PSI \> 0.01, not by chance`, "no", ""],
  ]);
});

test("Model Monitor's executions are listed, with their violations or why there are none", () => {
  const at = new Date("2026-01-02T03:00:00Z");
  const violationsUri = "s3://b/constraint_violations.json";
  const status = "CompletedWithViolations";
  const summary = monitoringSummary({
    verdict: "insufficient data",
    records: 3,
    skipped: 0,
    pictures: 0,
    features: [],
    shares: { lowConfidence: undefined, unlike: undefined, strangers: undefined },
    ...documentOf([]),
    executions: [
      { schedule: "a-data-quality", scheduledAt: at, status, violationsUri },
      { schedule: "a-data-quality", scheduledAt: at, status: "Failed", reason: "no data" },
    ],
  });
  expect(tablesOf(summary)[1]?.slice(2)).toEqual([
    ["a-data-quality", at.toISOString(), status, expect.stringContaining("constraint")],
    ["a-data-quality", at.toISOString(), "Failed", "no data"],
  ]);
});

test("insufficient data show no features", () => {
  const nothing = { verdict: "insufficient data", records: 3, skipped: 1, features: [] } as const;
  const looked = {
    pictures: 0,
    shares: { lowConfidence: undefined, unlike: undefined, strangers: undefined },
  };
  const lacking = ["brightness", "unlike"];
  const summary = monitoringSummary({ ...nothing, ...looked, lacking, ...documentOf([]) });
  expect(summary).toContain("| too few values of | brightness, unlike |");
  expect(tablesOf(summary)).toHaveLength(1);
  expect(summary).not.toContain("mermaid");
  expect(summary).toContain("| report | <code>s3://b/r.html</code> |");
  expect(summary).toContain("| unreadable lines skipped | 1 |");
});

test("monitoring shows confidence over time as a chart that GitHub draws", () => {
  const later = { ...moment, at: "2026-01-02T03:30:00.000Z" };
  const chart = confidenceOverTime(
    {
      seconds: 1800,
      moments: [
        { ...moment, ...quantiles },
        { ...later, ...quantiles, p50: 0.95 },
      ],
    },
    0.93,
  );
  expect(chart).toContain("Confidence from 2026-01-02 03:00:00 UTC to the 30 min from");
  expect(chart).toContain(`\
xychart-beta
  x-axis "each 30 min with answers" [1, 2]
  y-axis "confidence" 0.65 --> 1
  line [0.9800, 0.9500]
  line [0.7000, 0.7000]
  line [0.9300, 0.9300]
`);
});
