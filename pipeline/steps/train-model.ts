import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import type { Dataset } from "../manifest.ts";
import { ATTEMPTS, attemptName, fingerprint, names } from "../names.ts";
import { poll } from "../poll.ts";
import { stopOnAbort } from "../stop-on-abort.ts";
import { tags } from "../tags.ts";
import { trainingSpecification, type TrainingSpecification } from "../training-specification.ts";

export interface TrainModelInput {
  readonly dataset: Dataset;
  readonly executionRoleArn: string;
  readonly run?: string;
  readonly pollIntervalMs?: number;
}

export interface TrainedModel {
  readonly trainingJobName: string;
  readonly modelDataUrl: string;
  readonly image: string;
  /** The container's last values, such as `validation:accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly trainingSeconds: number;
  readonly billableSeconds: number;
  /** True where the job of an earlier run was taken over. */
  readonly adopted: boolean;
}

/**
 * Trains a model with SageMaker's built-in image-classification algorithm, or adopts the job of the
 * same specification that an earlier run made. Goes on to the next of `training.instanceTypes` where
 * AWS has no capacity.
 * @throws StepError when the job fails, is stopped, or does not end in time.
 */
export async function trainModel(
  context: Context,
  config: Config,
  input: TrainModelInput,
): Promise<TrainedModel> {
  const { dataset, executionRoleArn } = input;
  for (const instanceType of config.training.instanceTypes) {
    const specification = trainingSpecification(config, dataset, {
      executionRoleArn,
      instanceType,
    });
    const { job, adopted } = await findOrCreate(context, config, input, specification);
    const ended = isOver(job) ? job : await wait(context, config, input, job);
    if (ended.TrainingJobStatus === "Completed") return trained(context, ended, adopted);
    if (!lacksCapacity(ended)) throw failure(ended);
    context.progress.line(`no capacity for ${instanceType}: ${ended.FailureReason ?? ""}`);
  }
  throw new StepError(
    `AWS has no capacity for any of ${config.training.instanceTypes.join(", ")}. ` +
      "Add another type to training.instanceTypes, or run again later.",
  );
}

type Job = DescribeTrainingJobCommandOutput;

/** The newest attempt that is worth something, else a new one. */
async function findOrCreate(
  context: Context,
  config: Config,
  input: TrainModelInput,
  specification: TrainingSpecification,
): Promise<{ job: Job; adopted: boolean }> {
  const base = names.trainingJob(config, specification);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const name = attemptName(base, attempt);
    const found = await describe(context, name);
    if (found === undefined) {
      await create(context, config, input, specification, name);
      const job = await describe(context, name);
      if (job === undefined)
        throw new StepError(`Training job ${name} vanished after its creation.`);
      return { job, adopted: false };
    }
    assertSame(found, specification);
    const useless = found.TrainingJobStatus === "Failed" || found.TrainingJobStatus === "Stopped";
    if (!useless || lacksCapacity(found)) {
      context.progress.line(`training job ${name} is there (${found.TrainingJobStatus}): adopted`);
      return { job: found, adopted: true };
    }
  }
  throw new StepError(
    `Training job ${base} failed ${ATTEMPTS} times. Change the configuration or the data first; ` +
      `the reasons: aws sagemaker list-training-jobs --name-contains ${base}`,
  );
}

async function create(
  { clients, progress }: Context,
  config: Config,
  { run }: TrainModelInput,
  specification: TrainingSpecification,
  name: string,
): Promise<void> {
  const type = specification.ResourceConfig?.InstanceType ?? "";
  try {
    await clients.sagemaker.send(
      new CreateTrainingJobCommand({
        ...specification,
        TrainingJobName: name,
        Tags: tags(config, run),
        ...(config.training.spot && {
          CheckpointConfig: {
            S3Uri: `${specification.OutputDataConfig?.S3OutputPath}${name}/checkpoints/`,
          },
        }),
      }),
    );
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (error.name === "ResourceInUse") return; // another run of the same commit was first
    const next =
      error.name === "ResourceLimitExceeded"
        ? ` Raise the quota "${type} for ${config.training.spot ? "spot " : ""}training job usage" in Service Quotas.`
        : "";
    throw new StepError(`Training job ${name} was refused: ${error.message}${next}`, { cause });
  }
  progress.line(`training job ${name} on ${type}${config.training.spot ? " (spot)" : ""}`);
}

async function describe({ clients }: Context, name: string): Promise<Job | undefined> {
  try {
    return await clients.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  } catch (error) {
    if (error instanceof Error && /not found/i.test(`${error.name} ${error.message}`))
      return undefined;
    throw error;
  }
}

function wait(context: Context, config: Config, input: TrainModelInput, job: Job): Promise<Job> {
  const name = job.TrainingJobName ?? "";
  const { maxRuntimeMinutes, maxWaitMinutes, spot } = config.training;
  const minutes = (spot ? maxWaitMinutes : maxRuntimeMinutes) + 15; // starting and uploading
  let shown = "";
  return stopOnAbort(
    context,
    `training job ${name}`,
    () => context.clients.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name })),
    () =>
      poll(
        async () => {
          const now = await describe(context, name);
          if (now === undefined) throw new StepError(`Training job ${name} is gone.`);
          const text = [now.SecondaryStatus, ...metricTexts(now)].join("  ");
          if (text !== shown) context.progress.line(text);
          shown = text;
          return isOver(now) ? now : undefined;
        },
        {
          what: `Training job ${name}`,
          timeoutMs: minutes * 60_000,
          intervalMs: input.pollIntervalMs ?? 10_000,
          signal: context.signal,
          resume: "It goes on: run the step again and it is adopted.",
        },
      ),
  );
}

function isOver(job: Job): boolean {
  return ["Completed", "Failed", "Stopped"].includes(job.TrainingJobStatus ?? "");
}

function lacksCapacity(job: Job): boolean {
  return job.TrainingJobStatus === "Failed" && /Capacity/.test(job.FailureReason ?? "");
}

function failure(job: Job): StepError {
  const reason = job.FailureReason ?? job.SecondaryStatus ?? "no reason given";
  const next =
    job.SecondaryStatus === "MaxRuntimeExceeded"
      ? "Raise training.maxRuntimeMinutes."
      : "Its log: CloudWatch, /aws/sagemaker/TrainingJobs. Run again for a new attempt.";
  return new StepError(
    `Training job ${job.TrainingJobName} ended ${job.TrainingJobStatus}: ${reason}. ${next}`,
  );
}

function assertSame(job: Job, wanted: TrainingSpecification): void {
  const essence = ({ HyperParameters, InputDataConfig, AlgorithmSpecification }: Partial<Job>) =>
    fingerprint([
      HyperParameters,
      InputDataConfig?.map(({ DataSource }) => DataSource?.S3DataSource?.S3Uri),
      AlgorithmSpecification?.TrainingImage,
    ]);
  if (essence(job) === essence(wanted)) return;
  throw new StepError(
    `Training job ${job.TrainingJobName} exists with another specification. ` +
      "Give the project or the environment another name in pipeline.yaml.",
  );
}

function metricTexts(job: Job): string[] {
  return (job.FinalMetricDataList ?? []).map(
    ({ MetricName, Value }) => `${MetricName}=${(Value ?? Number.NaN).toFixed(4)}`,
  );
}

function trained({ progress }: Context, job: Job, adopted: boolean): TrainedModel {
  const modelDataUrl = job.ModelArtifacts?.S3ModelArtifacts;
  if (modelDataUrl === undefined) {
    throw new StepError(
      `Training job ${job.TrainingJobName} is Completed but has no model artifact.`,
    );
  }
  const trainingSeconds = job.TrainingTimeInSeconds ?? 0;
  const billableSeconds = job.BillableTimeInSeconds ?? trainingSeconds;
  progress.line(
    `model ${modelDataUrl}, ${trainingSeconds} s of training, ${billableSeconds} s billed`,
  );
  return {
    trainingJobName: job.TrainingJobName ?? "",
    modelDataUrl,
    image: job.AlgorithmSpecification?.TrainingImage ?? "",
    metrics: Object.fromEntries(
      (job.FinalMetricDataList ?? []).map(({ MetricName, Value }) => [
        MetricName ?? "",
        Value ?? 0,
      ]),
    ),
    trainingSeconds,
    billableSeconds,
    adopted,
  };
}
