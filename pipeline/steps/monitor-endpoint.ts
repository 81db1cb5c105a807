import type { MonitoringDocument } from "../../report/monitoring/monitoring-document.ts";
import { captureLines } from "../monitoring/capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import { capturePrefix } from "../labels/every-capture.ts";
import type { Baseline } from "../monitoring/baseline.ts";
import { deploymentsOf } from "../monitoring/deployments.ts";
import type { FeatureDrift, Verdict } from "../monitoring/drift.ts";
import { modelLatency } from "../monitoring/latency.ts";
import { publishMetrics } from "../monitoring/metrics.ts";
import { type Period, readCaptures } from "../monitoring/read-captures.ts";
import { windowDocument } from "../monitoring/window-document.ts";
import { type Shares, Window } from "../monitoring/window.ts";
import { type WrittenReport, writeReport } from "../monitoring/write-report.ts";
import { names } from "../names.ts";

export interface MonitorEndpointInput extends Period {
  /** Where the captures lie and the report goes. */
  readonly bucket: string;
  /** Of the model that serves. */
  readonly evaluation: Pick<
    Evaluation,
    "classes" | "background" | "trainingJobName" | "datasetHash"
  >;
  /** Of the same evaluation. */
  readonly baseline: Baseline;
}

export interface Monitoring extends WrittenReport {
  readonly verdict: Verdict;
  /** Captured inferences that were compared, each once. */
  readonly records: number;
  /** Lines that could not be read. */
  readonly skipped: number;
  /** Pictures that were looked at, a sample of the records'. */
  readonly pictures: number;
  /** Empty of fewer than `minRecords` records. */
  readonly features: readonly FeatureDrift[];
  /** What the baseline has and the captures too little of; absent where there is no such. */
  readonly lacking?: readonly string[] | undefined;
  /** Only of a drift: when the first record came of the minute from which there most likely is one. */
  readonly driftedSince?: string | undefined;
  readonly shares: Shares;
  /** Of the model, in milliseconds; no part of the verdict. Absent where CloudWatch has none. */
  readonly latency?: { readonly p99Ms: number; readonly limitMs: number } | undefined;
  /** What the report shows. */
  readonly document: MonitoringDocument;
}

/** The share of unreadable lines above which the readable ones are not believed either. */
const MOST_SKIPPED = 0.1;

/**
 * Compares what the endpoint was asked and answered with its model's baseline, and writes a report,
 * Model Monitor's files and CloudWatch metrics. What verify-deployment asked is left out: its pictures
 * are no sample of the traffic. Fewer records than `monitoring.minRecords`, or of their pictures where the
 * baseline has some, are insufficient data, never "no drift". All answers count; of the pictures, a thousand.
 * @throws StepError where more than a tenth of the captured lines cannot be read.
 */
export async function monitorEndpoint(
  context: Context,
  config: Pick<Config, "project" | "environment" | "application" | "endpoint" | "monitoring">,
  { bucket, evaluation, baseline, since, until }: MonitorEndpointInput,
): Promise<Monitoring> {
  const { clients, progress, signal } = context;
  const window = new Window(baseline, {
    threshold: config.application.confidence,
    background: evaluation.background,
  });
  const endpointName = names.endpoint(config);
  const captures = capturePrefix(config, evaluation.trainingJobName);
  const classes = evaluation.classes.length;
  const read = await readCaptures(
    captureLines(clients.s3, bucket, captures, { since, signal }),
    window,
    { classes, since, until },
  );
  const { lines, skipped } = read;
  if (skipped > MOST_SKIPPED * lines) {
    throw new StepError(
      `${skipped} of ${lines} captured lines under s3://${bucket}/${captures} cannot be ` +
        `read as answers of a classifier of ${classes} classes: no verdict. Look at what the ` +
        "endpoint answers and at its capture's encoding.",
    );
  }
  const limits = config.monitoring;
  const subject = { endpointName, limits, evaluation, baseline, since, until };
  const p99Ms = await modelLatency(context, endpointName, { since, until });
  const document: MonitoringDocument = {
    ...windowDocument(window, read, subject),
    latency: p99Ms === undefined ? undefined : { p99Ms, limitMs: config.endpoint.maxLatencyMs },
    deployments: await deploymentsOf(context, config, endpointName),
  };
  const { constraints } = baseline;
  const written = await writeReport(context, config, document, { bucket, constraints });
  await publishMetrics(context, document);
  const { verdict, records, pictures, lacking, features, driftedSince, shares, latency } = document;
  progress.line(
    `${verdict}: ${records} records and ${pictures} pictures against ${document.baseline.records} of the evaluation` +
      (records >= config.monitoring.minRecords
        ? ""
        : `, at least ${config.monitoring.minRecords} needed`) +
      (lacking === undefined ? "" : `, too few values of ${lacking.join(", ")}`) +
      (driftedSince === undefined ? "" : `, since ${driftedSince}`) +
      (skipped === 0 ? "" : `, ${skipped} unreadable lines skipped`),
  );
  const found = { verdict, records, skipped, pictures, lacking, features, driftedSince };
  return { ...found, shares, latency, ...written, document };
}
