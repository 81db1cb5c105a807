import { setTimeout as sleep } from "node:timers/promises";
import { DeleteAlarmsCommand, DeleteDashboardsCommand } from "@aws-sdk/client-cloudwatch";
import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteHyperParameterTuningJobCommand,
  DeleteModelCommand,
  StopHyperParameterTuningJobCommand,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { emptyPrefix } from "./empty-prefix.ts";
import { describeEndpoint, isSettled } from "../endpoint/endpoint.ts";
import { ifPresent } from "../errors.ts";
import { describeTransformJob } from "../evaluation/transform-job.ts";
import { isOver } from "../job-status.ts";
import { removeDefinition, removeSchedule } from "../model-monitor/removal.ts";
import type { ObjectVersion } from "./object-versions.ts";
import { poll } from "../poll.ts";
import { removeRegistry } from "../registry/registered-models.ts";
import { deleteReviewedStack } from "../stack/reviewed-stack.ts";
import { parseS3Uri } from "../s3.ts";
import { removeJobLog } from "./sagemaker-logs.ts";
import { deregisterScaling } from "../endpoint/scaling.ts";
import { deleteStack } from "../stack/stack.ts";
import { removeStudioResource } from "../studio/studio.ts";
import type { Deletion } from "./teardown-plan.ts";
import { describeTrainingJob } from "../training/training-job.ts";
import { describeTuningJob } from "../training/tuning-job.ts";

export interface RemovalOptions {
  /** The longest wait for one of them; a monitoring schedule has a longest wait of its own. */
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  /** Which objects stay. */
  readonly spared: (version: ObjectVersion) => boolean;
}

/** Until what arrives late has arrived: captures and logs of what was just deleted. */
const LATE_MS = 2000;
/** A stack's events are shown as they come. */
const STACK_INTERVAL_MS = 1000;

/**
 * Deletes one thing, or stops it, and waits until that is so; what is being made is waited for first,
 * and what is gone is done already.
 */
export async function remove(
  context: Context,
  { kind, name }: Pick<Deletion, "kind" | "name">,
  { timeoutMs, pollIntervalMs, spared }: RemovalOptions,
): Promise<void> {
  const { sagemaker, cloudwatch, logs } = context.clients;
  const abort = { abortSignal: context.signal };
  const gone = (look: () => Promise<boolean>) =>
    poll(async () => ((await look()) ? true : undefined), {
      what: `The deletion of ${kind} ${name}`,
      timeoutMs,
      intervalMs: pollIntervalMs,
      signal: context.signal,
      resume: "It goes on: run the step again.",
    });
  switch (kind) {
    case "scaling":
      await deregisterScaling(context, name);
      return;
    case "monitoring schedule":
      await removeSchedule(context, name, { pollIntervalMs });
      return;
    case "data quality job definition":
      await removeDefinition(context, "data-quality", name);
      return;
    case "model quality job definition":
      await removeDefinition(context, "model-quality", name);
      return;
    case "endpoint":
      await gone(async () => isSettled((await describeEndpoint(context, name))?.EndpointStatus));
      // Of what is gone a role that may delete by tags alone is told "denied".
      if ((await describeEndpoint(context, name)) === undefined) return;
      await ifPresent(sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }), abort));
      await gone(async () => (await describeEndpoint(context, name)) === undefined);
      return;
    case "endpoint configuration":
      await ifPresent(
        sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }), abort),
      );
      return;
    case "model":
      await ifPresent(sagemaker.send(new DeleteModelCommand({ ModelName: name }), abort));
      return;
    case "tuning job": {
      const job = { HyperParameterTuningJobName: name };
      const status = async () =>
        (await describeTuningJob(context, name))?.HyperParameterTuningJobStatus;
      // Its training jobs stop with it; their entries stay, as AWS keeps them.
      const stop = () => sagemaker.send(new StopHyperParameterTuningJobCommand(job), abort);
      await stopped(stop, status, gone);
      if ((await status()) === undefined) return;
      await ifPresent(sagemaker.send(new DeleteHyperParameterTuningJobCommand(job), abort));
      await gone(async () => (await status()) === undefined);
      return;
    }
    case "training job":
      await stopped(
        () => sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }), abort),
        async () => (await describeTrainingJob(context, name))?.TrainingJobStatus,
        gone,
      );
      return;
    case "transform job":
      await stopped(
        () => sagemaker.send(new StopTransformJobCommand({ TransformJobName: name }), abort),
        async () => (await describeTransformJob(context, name))?.TransformJobStatus,
        gone,
      );
      return;
    case "model package group":
      await removeRegistry(context, name);
      return;
    case "studio app":
    case "studio space":
    case "studio user profile":
    case "studio domain":
      await removeStudioResource(
        context,
        { kind, name },
        { timeoutMs, intervalMs: pollIntervalMs },
      );
      return;
    case "stack":
      await deleteReviewedStack(context, name, { timeoutMs, intervalMs: pollIntervalMs });
      await deleteStack(context, name, {
        timeoutMs,
        intervalMs: Math.min(pollIntervalMs, STACK_INTERVAL_MS),
      });
      return;
    case "alarm":
      await ifPresent(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] }), abort));
      return;
    case "dashboard":
      await ifPresent(
        cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [name] }), abort),
      );
      return;
    case "log group":
      await ifPresent(logs.send(new DeleteLogGroupCommand({ logGroupName: name }), abort));
      return;
    case "job log":
      await removeJobLog(context, name);
      return;
    case "objects": {
      const { bucket, key } = parseS3Uri(name);
      await emptyPrefix(context, bucket, key, spared);
      await sleep(Math.min(pollIntervalMs, LATE_MS), undefined, { signal: context.signal });
      await emptyPrefix(context, bucket, key, spared);
    }
  }
}

/** Stops a job and waits until it is over, or gone; a refusal counts only where nothing else ends it. */
async function stopped(
  stop: () => Promise<unknown>,
  status: () => Promise<string | undefined>,
  until: (look: () => Promise<boolean>) => Promise<unknown>,
): Promise<void> {
  try {
    await stop();
  } catch (error) {
    if ((await status()) === "InProgress") throw error;
  }
  await until(async () => {
    const now = await status();
    return now === undefined || isOver(now);
  });
}
