import type { Execution } from "../../pipeline/model-monitor/executions.ts";
import type { FeatureDrift } from "../../pipeline/monitoring/drift.ts";
import type { Monitoring } from "../../pipeline/steps/monitor-endpoint.ts";
import {
  chance,
  condition,
  count,
  featureName,
  shareOf,
  statisticName,
} from "../../report/format.ts";
import type { MonitoringDocument } from "../../report/monitoring/monitoring-document.ts";
import { confidenceOverTime } from "./confidence-over-time.ts";
import { blocks, code, escape, facts, type Link, linkLine, table } from "./markdown.ts";

const SIGNS = { "no drift": "✅", drift: "⚠️", "insufficient data": "❔" } as const;

/** What the summary shows of a window. */
export type MonitoringFacts = Omit<Monitoring, "document"> & {
  readonly document: Pick<MonitoringDocument, "threshold"> & {
    readonly seen: Pick<MonitoringDocument["seen"], "timeline">;
  };
  /** Of Model Monitor's schedules, where it is on. */
  readonly executions?: readonly Execution[];
};

/** Whether the endpoint's answers are still those of the evaluation, and by which measure not. */
export function monitoringSummary(
  monitoring: MonitoringFacts,
  links: readonly Link[] = [],
): string {
  const { verdict, records, skipped, pictures, lacking, features, driftedSince, shares, latency } =
    monitoring;
  const { document, executions = [] } = monitoring;
  const { threshold, seen } = document;
  const chart = confidenceOverTime(seen.timeline, threshold);
  return blocks(
    `## ${SIGNS[verdict]} Monitoring: ${verdict}`,
    facts([
      ["inferences compared", count(records)],
      ["pictures looked at", count(pictures)],
      ["too few values of", lacking?.join(", ")],
      ["drifted since", driftedSince],
      ["below the threshold", shareOf(shares.lowConfidence)],
      ["unlike the test pictures", shareOf(shares.unlike)],
      ["of anything else", shareOf(shares.strangers)],
      ["the model's p99", latencyOf(latency)],
      ["unreadable lines skipped", skipped === 0 ? undefined : count(skipped)],
      ["report", code(monitoring.htmlUri)],
      ["its numbers", code(monitoring.reportUri)],
    ]),
    ...(chart === "" ? [] : [chart]),
    ...(features.length === 0 ? [] : [featureTable(features)]),
    ...(executions.length === 0 ? [] : ["### Model Monitor", executionTable(executions)]),
    ...linkLine(links),
  );
}

function latencyOf(latency: Monitoring["latency"]): string | undefined {
  return latency && `${latency.p99Ms.toFixed(0)} ms; an alarm rises above ${latency.limitMs} ms`;
}

function executionTable(executions: readonly Execution[]): string {
  return table(
    [{ title: "schedule" }, { title: "at" }, { title: "status" }, { title: "violations, or why" }],
    executions.map(({ schedule, scheduledAt, status, violationsUri, reason }) => [
      schedule,
      scheduledAt?.toISOString() ?? "",
      status,
      violationsUri === undefined ? escape(reason ?? "") : code(violationsUri),
    ]),
  );
}

function featureTable(features: readonly FeatureDrift[]): string {
  return table(
    [
      { title: "feature" },
      { title: "measure" },
      { title: "value", align: "right" },
      { title: "p, corrected", align: "right" },
      { title: "counts when" },
      { title: "drifted" },
      { title: "since" },
    ],
    features.map((feature) => [
      featureName(feature),
      statisticName(feature),
      feature.value.toFixed(3),
      chance(feature.adjusted).replace("<", String.raw`\<`),
      condition(feature).replaceAll(/[<>]/g, String.raw`\$&`),
      feature.drifted ? "**yes**" : "no",
      feature.since ?? "",
    ]),
  );
}
