import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "./context.ts";
import { emptyPrefix } from "./empty-prefix.ts";
import { describeEndpoint } from "./endpoint.ts";
import type { ObjectVersion } from "./object-versions.ts";
import { poll } from "./poll.ts";
import { registeredModels } from "./registered-models.ts";
import { deleteReviewedStack } from "./reviewed-stack.ts";
import { parseS3Uri } from "./s3.ts";
import { deregisterScaling } from "./scaling.ts";
import { deleteStack } from "./stack.ts";
import { removeStudioResource } from "./studio.ts";
import type { Deletion } from "./teardown-plan.ts";
import { removeTuningJob } from "./tuning-job.ts";

export interface RemovalOptions {
  /** The longest wait for one of them. */
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
  const { sagemaker } = context.clients;
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
    case "endpoint":
      await gone(
        async () => !(await describeEndpoint(context, name))?.EndpointStatus?.endsWith("ing"),
      );
      await ignoringAbsence(
        sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }), abort),
      );
      await gone(async () => (await describeEndpoint(context, name)) === undefined);
      return;
    case "endpoint configuration":
      await ignoringAbsence(
        sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }), abort),
      );
      return;
    case "model":
      await ignoringAbsence(sagemaker.send(new DeleteModelCommand({ ModelName: name }), abort));
      return;
    case "tuning job":
      await removeTuningJob(context, name, gone);
      return;
    case "training job":
      await ignoringAbsence(
        sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }), abort),
      );
      await gone(async () => {
        const job = await sagemaker.send(
          new DescribeTrainingJobCommand({ TrainingJobName: name }),
          abort,
        );
        return isOver(job.TrainingJobStatus);
      });
      return;
    case "transform job":
      await ignoringAbsence(
        sagemaker.send(new StopTransformJobCommand({ TransformJobName: name }), abort),
      );
      await gone(async () => {
        const job = await sagemaker.send(
          new DescribeTransformJobCommand({ TransformJobName: name }),
          abort,
        );
        return isOver(job.TransformJobStatus);
      });
      return;
    case "model package group":
      for await (const { arn } of registeredModels(context, name)) {
        await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: arn }), abort);
      }
      await sagemaker.send(
        new DeleteModelPackageGroupCommand({ ModelPackageGroupName: name }),
        abort,
      );
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
    case "objects": {
      const { bucket, key } = parseS3Uri(name);
      await emptyPrefix(context, bucket, key, spared);
      await sleep(Math.min(pollIntervalMs, LATE_MS), undefined, { signal: context.signal });
      await emptyPrefix(context, bucket, key, spared);
    }
  }
}

function isOver(status: string | undefined): boolean {
  return status !== "InProgress" && status !== "Stopping";
}

/** Deleting what is gone, or stopping what is over, is success. */
async function ignoringAbsence(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /could not find|not found|does not exist|is in status|terminal state/i.test(
      `${error.name} ${error.message}`,
    )
  );
}
