import {
  CreateTransformJobCommand,
  DescribeTransformJobCommand,
  type DescribeTransformJobCommandOutput,
  StopTransformJobCommand,
  type TransformInstanceType,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent, StepError } from "../errors.ts";
import { isOver } from "../job-status.ts";
import type { Dataset } from "../dataset/manifest.ts";
import { ATTEMPTS, attemptName, keys, names } from "../names.ts";
import { poll } from "../poll.ts";
import { listObjects } from "../s3.ts";
import { stopOnAbort } from "../stop-on-abort.ts";
import { tags } from "../tags.ts";

export interface TransformInput {
  /** Where the answers go. */
  readonly bucket: string;
  readonly dataset: Dataset;
  readonly trainingJobName: string;
  readonly modelName: string;
  readonly run?: string | undefined;
  /** False: a cancelled run leaves the job running, for a rerun to adopt. */
  readonly stopOnCancel?: boolean | undefined;
  /** Of the wait, after which the job goes on; by default a minute more than the job may take. */
  readonly timeoutMs?: number | undefined;
  readonly pollIntervalMs?: number;
}

/** A batch transform job that is Completed. */
export interface TransformedPictures {
  readonly transformJobName: string;
  /** From its start to its end, which AWS bills. */
  readonly transformSeconds: number;
  readonly startedAt: Date;
}

type Job = DescribeTransformJobCommandOutput;
type Settings = Pick<Config, "project" | "environment" | "evaluation">;

/** Where the job's answers are, a `.out` object a picture. */
export function predictionsPrefix(config: Settings, jobName: string): string {
  return `${keys.evaluation(config, jobName)}predictions/`;
}

/**
 * Lets the model answer every test picture in a batch transform job, and waits for its end. A job of
 * the same model and dataset is adopted, completed or under way; one that failed or was stopped can't
 * be made again under its name, so the next attempt has `-2`, `-3`, ... behind it, as has that behind one whose
 * answers were deleted. AWS sets a transform job no limit of time: one that takes longer than
 * `evaluation.maxRuntimeMinutes` is stopped from here.
 * @throws StepError when the job fails, is stopped, or does not end in time.
 */
export async function transformTestPictures(
  context: Context,
  config: Settings,
  input: TransformInput,
): Promise<TransformedPictures> {
  const base = names.transformJob(input.trainingJobName, input.dataset.manifest.hash);
  let failures = 0;
  for (let attempt = 1; failures < ATTEMPTS; attempt++) {
    const name = attemptName(base, attempt);
    const found = await describeTransformJob(context, name);
    const status = found?.TransformJobStatus;
    if (status === "Failed" || status === "Stopped" || status === "Stopping") {
      failures += 1;
      continue;
    }
    if (status === "Completed" && (await countOutputs(context, config, input, name)) === 0)
      continue;
    if (found === undefined) await create(context, config, input, name);
    else context.progress.line(`transform job ${name} is there (${status}): adopted`);
    const ended =
      found?.TransformJobStatus === "Completed" ? found : await wait(context, config, input, name);
    return {
      transformJobName: name,
      transformSeconds: secondsOf(ended),
      startedAt: ended.TransformStartTime ?? ended.CreationTime ?? new Date(0),
    };
  }
  throw new StepError(
    `Transform job ${base} failed ${ATTEMPTS} times. Change the configuration, the data or the model ` +
      `first; the reasons: aws sagemaker list-transform-jobs --name-contains ${base}`,
  );
}

async function create(
  { clients, progress }: Context,
  config: Settings,
  { bucket, dataset, modelName, run }: TransformInput,
  name: string,
): Promise<void> {
  const { instanceType, maxConcurrentTransforms } = config.evaluation;
  const location = `s3://${dataset.bucket}/${dataset.prefix}test/`;
  const request = new CreateTransformJobCommand({
    TransformJobName: name,
    ModelName: modelName,
    BatchStrategy: "SingleRecord",
    MaxPayloadInMB: 6,
    MaxConcurrentTransforms: maxConcurrentTransforms,
    TransformInput: {
      ContentType: "application/x-image",
      SplitType: "None",
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: location } },
    },
    TransformOutput: {
      S3OutputPath: `s3://${bucket}/${predictionsPrefix(config, name)}`,
      Accept: "application/jsonlines",
      AssembleWith: "None",
    },
    TransformResources: {
      InstanceType: instanceType as TransformInstanceType,
      InstanceCount: 1,
    },
    Tags: tags(config, run),
  });
  try {
    // Not abortable: a request that is cut off could still make a job that nobody then stops.
    await clients.sagemaker.send(request);
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (error.name === "ResourceInUse") return; // another run of the same commit was first
    const next =
      error.name === "ResourceLimitExceeded"
        ? ` Raise the quota "${instanceType} for transform job usage" in Service Quotas.`
        : "";
    throw new StepError(`Transform job ${name} was refused: ${error.message}${next}`, { cause });
  }
  progress.line(`transform job ${name} on ${instanceType}`);
}

async function wait(
  context: Context,
  config: Settings,
  input: TransformInput,
  name: string,
): Promise<Job> {
  const { dataset, timeoutMs, stopOnCancel, pollIntervalMs = 10_000 } = input;
  const { maxRuntimeMinutes } = config.evaluation;
  const longest = maxRuntimeMinutes * 60_000;
  const total = dataset.manifest.test.length;
  const stop = (abortSignal: AbortSignal) =>
    context.clients.sagemaker.send(new StopTransformJobCommand({ TransformJobName: name }), {
      abortSignal,
    });
  const look = async (): Promise<Job | undefined> => {
    const job = await describeTransformJob(context, name);
    if (job === undefined)
      throw new StepError(`Transform job ${name} is gone. Run evaluate-model again.`);
    const done = await countOutputs(context, config, input, name);
    context.progress.count(done, total, "test pictures predicted");
    if (isOver(job.TransformJobStatus)) return job;
    const age = Date.now() - (job.CreationTime?.getTime() ?? Date.now());
    if (age < longest || job.TransformJobStatus === "Stopping") return undefined;
    await stop(context.signal);
    throw new StepError(
      `Transform job ${name} took longer than evaluation.maxRuntimeMinutes (${maxRuntimeMinutes}) and is being ` +
        `stopped, at ${done} of ${total} test pictures. Its log: CloudWatch, /aws/sagemaker/TransformJobs. ` +
        "Raise the limit where it was only slow; run again for a new attempt.",
    );
  };
  const ended = await stopOnAbort(
    context,
    { what: `transform job ${name}`, stop, stopOnCancel },
    () =>
      poll(look, {
        what: `Transform job ${name}`,
        timeoutMs: timeoutMs ?? longest + 60_000,
        intervalMs: pollIntervalMs,
        signal: context.signal,
        resume: "It goes on: run the step again and it is adopted.",
      }),
  );
  if (ended.TransformJobStatus !== "Completed") {
    throw new StepError(
      `Transform job ${name} ended ${ended.TransformJobStatus}: ` +
        `${ended.FailureReason ?? "no reason given"}. Its log: CloudWatch, ` +
        "/aws/sagemaker/TransformJobs. Run again for a new attempt.",
    );
  }
  return ended;
}

function secondsOf({ TransformStartTime, TransformEndTime }: Job): number {
  if (TransformStartTime === undefined || TransformEndTime === undefined) return 0;
  return Math.round((TransformEndTime.getTime() - TransformStartTime.getTime()) / 1000);
}

/** A transform job by its name; undefined where there is none. */
export function describeTransformJob(
  { clients, signal }: Context,
  name: string,
): Promise<Job | undefined> {
  const request = new DescribeTransformJobCommand({ TransformJobName: name });
  return ifPresent(clients.sagemaker.send(request, { abortSignal: signal }));
}

async function countOutputs(
  { clients, signal }: Context,
  config: Settings,
  { bucket }: TransformInput,
  name: string,
): Promise<number> {
  const prefix = predictionsPrefix(config, name);
  let count = 0;
  for await (const { key } of listObjects(clients.s3, bucket, prefix, { signal })) {
    if (key.endsWith(".out")) count += 1;
  }
  return count;
}
