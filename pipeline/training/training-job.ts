import { HeadObjectCommand } from "@aws-sdk/client-s3";
import {
  type CheckpointConfig,
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent, StepError } from "../errors.ts";
import { ATTEMPTS, attemptName } from "../names.ts";
import { parseS3Uri } from "../s3.ts";
import { RUN_TAG, tags, tagsOf, tagValue } from "../tags.ts";
import { essenceOf, type TrainingSpecification } from "./training-specification.ts";

const NEVER = new AbortController().signal;

export type TrainingJob = DescribeTrainingJobCommandOutput;

/** A training job by its name; undefined where there is none. */
export async function describeTrainingJob(
  { clients, signal }: Context,
  name: string,
): Promise<TrainingJob | undefined> {
  const request = new DescribeTrainingJobCommand({ TrainingJobName: name });
  return ifPresent(clients.sagemaker.send(request, { abortSignal: signal }));
}

/** On demand a job fails for lack of capacity; on spot it waits in vain. */
export function lacksCapacity(job: TrainingJob): boolean {
  return (
    (job.TrainingJobStatus === "Failed" && /Capacity/.test(job.FailureReason ?? "")) ||
    job.SecondaryStatus === "MaxWaitTimeExceeded"
  );
}

/** How often a job's spot instances were taken back. */
export function interruptionsOf({ SecondaryStatusTransitions = [] }: TrainingJob): number {
  return SecondaryStatusTransitions.filter(({ Status }) => Status === "Interrupted").length;
}

/** Why a job that lacks capacity got none. */
export function capacityReason(job: TrainingJob): string {
  if (job.SecondaryStatus !== "MaxWaitTimeExceeded") return job.FailureReason ?? "";
  const minutes = Math.round((job.StoppingCondition?.MaxWaitTimeInSeconds ?? 0) / 60);
  const times = interruptionsOf(job);
  return `on spot it was interrupted ${times} times and not done in ${minutes} min (training.maxWaitMinutes)`;
}

/** Whether a job carries this run's tag. */
export async function isOf(
  context: Context,
  arn: string | undefined,
  run: string | undefined,
): Promise<boolean> {
  return run !== undefined && tagValue(await tagsOf(context, arn), RUN_TAG) === run;
}

/** What a training job is asked for by, and its first attempt's name. */
export interface Wanted {
  readonly base: string;
  readonly specification: TrainingSpecification;
  readonly run: string | undefined;
  /** The attempt that this run started: its failure is this run's, and is not tried again. */
  readonly started?: string | undefined;
}

/** A job to be made. */
interface New extends Omit<Wanted, "base" | "started"> {
  readonly name: string;
  /** Where it keeps its checkpoints when it is on spot. */
  readonly checkpoints: CheckpointConfig;
}

/** A job that is worth something, or the name that the next attempt gets. */
type Attempt =
  | { readonly job: TrainingJob; readonly adopted: boolean }
  | { readonly job: undefined; readonly name: string };

/**
 * The newest attempt at a specification that is worth something. Not worth anything is one that
 * failed, was or is being stopped, or whose model was deleted since; its name is taken, so the next
 * attempt has `-2`, `-3`, ... behind it.
 * @throws StepError where the job of that name is another, or too many attempts failed.
 */
export async function findTrainingJob(
  context: Context,
  { base, specification, run, started }: Wanted,
): Promise<Attempt> {
  let failed = 0;
  for (let attempt = 1; failed < ATTEMPTS; attempt++) {
    const name = attemptName(base, attempt);
    const found = await describeTrainingJob(context, name);
    if (found === undefined) return { job: undefined, name };
    assertSame(found, specification);
    if (name === started)
      return { job: found, adopted: !(await isOf(context, found.TrainingJobArn, run)) };
    const useless = ["Failed", "Stopping", "Stopped"].includes(found.TrainingJobStatus ?? "");
    // What a person stopped, or AWS had no room for, says nothing of the specification.
    if (found.TrainingJobStatus === "Failed" && !lacksCapacity(found)) failed += 1;
    if (useless || (await lostItsModel(context, found))) continue;
    const adopted = !(await isOf(context, found.TrainingJobArn, run));
    context.progress.line(
      `training job ${name} is there (${found.TrainingJobStatus}): ${adopted ? "adopted" : "this run's"}`,
    );
    return { job: found, adopted };
  }
  throw new StepError(
    `Training job ${base} failed ${ATTEMPTS} times. Change the configuration or the data first; ` +
      `the reasons: aws sagemaker list-training-jobs --name-contains ${base}`,
  );
}

/** Starts a job, or finds the one that another run of the same commit has just started. */
export async function createTrainingJob(
  context: Context,
  config: Config,
  wanted: New,
): Promise<TrainingJob> {
  await create(context, config, wanted);
  // Not abortable either: a job that was just made must get to where a cancelled run stops it.
  const job = await describeTrainingJob({ ...context, signal: NEVER }, wanted.name);
  if (job === undefined)
    throw new StepError(
      `Training job ${wanted.name} vanished after its creation. Run train-model again.`,
    );
  return job;
}

/** What to do about a quota that is used up; empty where the error is another. */
export function quotaHint(
  { training: { spot } }: Config,
  error: Error,
  instanceType = "",
  instances = 1,
): string {
  if (error.name !== "ResourceLimitExceeded") return "";
  const quota = `${instanceType} for ${spot ? "spot " : ""}training job usage`;
  return ` Raise the quota "${quota}" to ${instances} or more in Service Quotas.`;
}

/**
 * Whether a Completed job's model is gone: teardown deletes models, and leaves SageMaker's record of the job
 * that made them.
 */
export async function lostItsModel(
  { clients, progress, signal }: Context,
  { TrainingJobName, TrainingJobStatus, ModelArtifacts }: TrainingJob,
): Promise<boolean> {
  const uri = ModelArtifacts?.S3ModelArtifacts;
  if (TrainingJobStatus !== "Completed" || uri === undefined) return false;
  const { bucket, key } = parseS3Uri(uri);
  try {
    await clients.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    });
    return false;
  } catch (error) {
    if (!(error instanceof Error && error.name === "NotFound")) throw error;
    progress.line(
      `training job ${TrainingJobName} is Completed, but its model was deleted: ${uri}`,
    );
    return true;
  }
}

async function create(
  { clients, progress }: Context,
  config: Config,
  { name, specification, checkpoints, run }: New,
): Promise<void> {
  const type = specification.ResourceConfig?.InstanceType ?? "";
  try {
    // Not abortable: a request that is cut off could still make a job that nobody then stops.
    await clients.sagemaker.send(
      new CreateTrainingJobCommand({
        ...specification,
        TrainingJobName: name,
        Tags: tags(config, run),
        ...(config.training.spot && { CheckpointConfig: checkpoints }),
      }),
    );
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (error.name === "ResourceInUse") return; // another run of the same commit was first
    const next = quotaHint(config, error, type, specification.ResourceConfig?.InstanceCount);
    throw new StepError(`Training job ${name} was refused: ${error.message}${next}`, { cause });
  }
  progress.line(`training job ${name} on ${type}${config.training.spot ? " (spot)" : ""}`);
}

function assertSame(job: TrainingJob, wanted: TrainingSpecification): void {
  if (essenceOf(job) === essenceOf(wanted)) return;
  throw new StepError(
    `Training job ${job.TrainingJobName} exists with another specification. ` +
      "Give the project or the environment another name in pipeline.yaml.",
  );
}
