import { DescribeModelCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf, StepError } from "../errors.ts";
import { readBaseline } from "../monitoring/baseline.ts";
import { names } from "../names.ts";
import type { Pace } from "../poll.ts";
import { parseS3Uri } from "../s3.ts";
import { servingBaseline } from "../registry/serving-model.ts";
import { tags } from "../tags.ts";
import { type Definition, ensureSchedule } from "./ensure-schedule.ts";
import { dataQuality, modelQuality, type MonitoredModel } from "./job-definition.ts";
import { classesOf, writeMonitorBaseline } from "./monitor-baseline.ts";
import { uploadPreprocessor } from "./preprocessor.ts";
import { endMonitoring, type MonitoringType, monitoringTypes } from "./removal.ts";

interface Monitored extends Pace {
  /** Which run this is; what it makes carries its tag. */
  readonly run?: string | undefined;
}

/**
 * Has Model Monitor watch the model that serves, as pipeline.yaml asks: makes the schedules or moves them
 * to it, and takes away those that are not asked for (any more). What serves goes on to its verification
 * whatever becomes of this.
 * @returns why it failed; undefined where it did not.
 */
export async function tryToMonitor(
  context: Context,
  config: Config,
  input: Monitored,
): Promise<string | undefined> {
  try {
    await monitorServing(context, config, input);
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    return `Model Monitor does not watch endpoint ${names.endpoint(config)}: ${messageOf(error)}`;
  }
}

async function monitorServing(
  context: Context,
  config: Config,
  { run, ...pace }: Monitored,
): Promise<void> {
  const { modelMonitor } = config.monitoring;
  const wanted = new Set<MonitoringType>([
    ...(modelMonitor === undefined ? [] : (["data-quality"] as const)),
    ...(modelMonitor?.modelQuality === true ? (["model-quality"] as const) : []),
  ]);
  const unwanted = monitoringTypes.filter((type) => !wanted.has(type));
  await endMonitoring(context, config, unwanted, pace);
  if (modelMonitor === undefined) return;
  const model = await monitoredModel(context, config);
  const settings = { ...config, instanceType: modelMonitor.instanceType };
  // Whether and until when they stay the endpoint says: a definition's tags are of the day it was made.
  const common = { tags: tags(config, run) };
  const definitions: Definition[] = [
    { type: "data-quality", specification: dataQuality(settings, model), ...common },
    { type: "model-quality", specification: modelQuality(settings, model), ...common },
  ];
  const expression = modelMonitor.schedule;
  for (const definition of definitions.filter(({ type }) => wanted.has(type))) {
    await ensureSchedule(context, config, { definition, expression }, pace);
  }
}

/** Takes all of it away, before the endpoint is deleted: AWS deletes none that is monitored. */
export async function unmonitor(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  pace: Pace,
): Promise<void> {
  await endMonitoring(context, config, monitoringTypes, pace);
}

async function monitoredModel(context: Context, config: Config): Promise<MonitoredModel> {
  const served = await servingBaseline(context, config);
  if (served?.captureUri === undefined) {
    throw new StepError(
      `Endpoint ${names.endpoint(config)} does not serve, or captures nothing: there is nothing to monitor. ` +
        "Run deploy-endpoint again.",
    );
  }
  const { ExecutionRoleArn: roleArn } = await context.clients.sagemaker.send(
    new DescribeModelCommand({ ModelName: served.name }),
    { abortSignal: context.signal },
  );
  if (roleArn === undefined) {
    throw new StepError(
      `Model ${served.name} has no execution role: nothing may read its captures.`,
    );
  }
  const { bucket } = parseS3Uri(served.captureUri);
  const baseline = await readBaseline(context, served.evaluationUri);
  return {
    bucket,
    roleArn,
    preprocessorUri: await uploadPreprocessor(context, config, {
      bucket,
      classes: classesOf(baseline),
    }),
    baseline: await writeMonitorBaseline(context, served.evaluationUri, {
      baseline,
      accuracy: config.gate.accuracy,
    }),
  };
}
