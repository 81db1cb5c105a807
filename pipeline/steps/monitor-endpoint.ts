import { captureLines, type Capture, parseCapture } from "../capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { compareAnswers, type FeatureDrift } from "../drift.ts";
import { StepError } from "../errors.ts";
import type { Evaluation } from "../evaluation.ts";
import { keys } from "../names.ts";
import { parseS3Uri, writeJson } from "../s3.ts";

export interface MonitorEndpointInput {
  /** Where the report goes. */
  readonly bucket: string;
  readonly endpointName: string;
  /** The endpoint's data capture destination, `s3://bucket/prefix`. */
  readonly captureUri: string;
  /** The baseline: that of the model which serves. */
  readonly evaluation: Evaluation;
  /**
   * Inferences before `since`, and from `until` on, are left out. Captures have whole seconds: both
   * count from their second's beginning.
   */
  readonly since?: Date;
  readonly until?: Date;
}

export interface Monitoring {
  readonly verdict: "no drift" | "drift" | "insufficient data";
  /** Captured inferences that were compared, each once. */
  readonly records: number;
  /** Lines that could not be read. */
  readonly skipped: number;
  /** Empty where the data were insufficient. */
  readonly features: readonly FeatureDrift[];
  readonly reportUri: string;
}

/** The share of unreadable lines above which the readable ones are not believed either. */
const MOST_SKIPPED = 0.1;

/**
 * Compares what the endpoint answered with what the model answered in its evaluation, and writes a
 * report. What verify-deployment asked is left out: its pictures are no sample of the traffic. Fewer
 * records than `monitoring.minRecords` are insufficient data, never "no drift".
 * @throws StepError where more than a tenth of the captured lines cannot be read.
 */
export async function monitorEndpoint(
  { clients, progress, signal }: Context,
  config: Pick<Config, "project" | "environment" | "monitoring">,
  { bucket, endpointName, captureUri, evaluation, since, until }: MonitorEndpointInput,
): Promise<Monitoring> {
  const destination = parseS3Uri(captureUri);
  const prefix = `${destination.key.replace(/\/?$/, "/")}${endpointName}/`.replace(/^\//, "");
  const classes = evaluation.classes.length;
  const captures = new Map<string, Capture["probabilities"]>();
  let lines = 0;
  let skipped = 0;
  for await (const line of captureLines(clients.s3, destination.bucket, prefix, {
    since,
    signal,
  })) {
    lines += 1;
    const capture = parseCapture(line, classes);
    if (capture === undefined) skipped += 1;
    else if (!capture.verification && isWithin(capture, since, until)) {
      captures.set(capture.eventId, capture.probabilities);
    }
  }
  if (skipped > MOST_SKIPPED * lines) {
    throw new StepError(
      `${skipped} of ${lines} captured lines under s3://${destination.bucket}/${prefix} cannot be ` +
        `read as answers of a classifier of ${classes} classes: no verdict. Look at what the ` +
        "endpoint answers and at its capture's encoding.",
    );
  }
  const live = [...captures.values()].map((probabilities) => ({ probabilities }));
  const enough = live.length >= config.monitoring.minRecords;
  const features = enough
    ? compareAnswers(evaluation.predictions, live, classes, config.monitoring)
    : [];
  const verdict = !enough
    ? "insufficient data"
    : features.some(({ drifted }) => drifted)
      ? "drift"
      : "no drift";
  const stamp = new Date().toISOString().replaceAll(":", "-");
  const key = `${keys.monitoring(config)}${endpointName}/${stamp}.json`;
  const found = { verdict, records: live.length, skipped, features } as const;
  const { datasetHash, trainingJobName } = evaluation;
  await writeJson(clients.s3, bucket, key, {
    endpointName,
    baseline: { trainingJobName, datasetHash, records: evaluation.predictions.length },
    since,
    until,
    ...found,
  });
  progress.line(
    `${verdict}: ${live.length} records against ${evaluation.predictions.length} of the evaluation` +
      (enough ? "" : `, at least ${config.monitoring.minRecords} needed`) +
      (skipped === 0 ? "" : `, ${skipped} unreadable lines skipped`),
  );
  return { ...found, reportUri: `s3://${bucket}/${key}` };
}

function isWithin({ inferenceTime }: Capture, since?: Date, until?: Date): boolean {
  const second = secondOf(inferenceTime);
  return (
    (since === undefined || second >= secondOf(since)) &&
    (until === undefined || second < secondOf(until))
  );
}

function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
