import {
  CreateHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  type DescribeHyperParameterTuningJobCommandOutput,
  type HyperParameterTrainingJobSummary,
  paginateListTrainingJobsForHyperParameterTuningJob,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent, StepError } from "../errors.ts";
import type { Found } from "./instance-fallback.ts";
import { isOver } from "../job-status.ts";
import { ATTEMPTS, attemptName, TUNING_NAME_LENGTH } from "../names.ts";
import { tags } from "../tags.ts";
import {
  capacityReason,
  describeTrainingJob,
  isOf,
  lacksCapacity,
  lostItsModel,
  quotaHint,
} from "./training-job.ts";
import { essenceOfTuning, type TuningSpecification } from "./tuning-specification.ts";

/**
 * Of built-in algorithms without checkpoints:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
 */
const LONGEST_WAIT_S = 3600;
const NEVER = new AbortController().signal;

export type TuningJob = DescribeHyperParameterTuningJobCommandOutput;

/** A tuning job by its name; undefined where there is none. */
export async function describeTuningJob(
  { clients, signal }: Context,
  name: string,
): Promise<TuningJob | undefined> {
  const request = new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name });
  return ifPresent(clients.sagemaker.send(request, { abortSignal: signal }));
}

/** The training jobs that a tuning job launched so far, all pages. */
export async function trialsOf(
  { clients }: Context,
  HyperParameterTuningJobName: string,
): Promise<HyperParameterTrainingJobSummary[]> {
  const trials: HyperParameterTrainingJobSummary[] = [];
  const pages = paginateListTrainingJobsForHyperParameterTuningJob(
    { client: clients.sagemaker, pageSize: 100 },
    { HyperParameterTuningJobName },
  );
  for await (const { TrainingJobSummaries = [] } of pages) trials.push(...TrainingJobSummaries);
  return trials;
}

/** Why AWS had no room for any of the training jobs of one that is over; undefined where it had. */
export async function tuningLack(context: Context, job: TuningJob): Promise<string | undefined> {
  if (!endedWithoutModel(job)) return undefined;
  let first: string | undefined;
  for (const { TrainingJobName = "" } of await trialsOf(
    context,
    job.HyperParameterTuningJobName ?? "",
  )) {
    // On spot they wait in vain, which only the job itself says.
    const trial = await describeTrainingJob(context, TrainingJobName);
    if (trial === undefined || !lacksCapacity(trial)) return undefined;
    first ??= capacityReason(trial);
  }
  return first;
}

function endedWithoutModel({
  HyperParameterTuningJobStatus: status,
  BestTrainingJob,
}: TuningJob): boolean {
  return (
    status === "Failed" ||
    (status === "Completed" && BestTrainingJob?.TrainingJobName === undefined)
  );
}

/** What a tuning job is asked for by, and its first attempt's name. */
interface WantedTuning {
  readonly base: string;
  readonly specification: TuningSpecification;
  readonly run: string | undefined;
  /** The attempt that this run started: its failure is this run's, and is not tried again. */
  readonly started: string | undefined;
}

/**
 * The newest attempt at a specification that is worth something, or the name that the next one gets.
 * Not worth anything is one that ended without a model, was stopped, or whose best model was deleted since.
 * @throws StepError where the job of that name is another, or too many attempts ended without a model.
 */
export async function findTuningJob(
  context: Context,
  { base, specification, run, started }: WantedTuning,
): Promise<Found<TuningJob> | { readonly name: string }> {
  let failed = 0;
  for (let attempt = 1; failed < ATTEMPTS; attempt++) {
    const name = attemptName(base, attempt, TUNING_NAME_LENGTH);
    const job = await describeTuningJob(context, name);
    if (job === undefined) return { name };
    assertSame(job, specification);
    if (name !== started && !(await isUsable(context, job))) {
      // What a person stopped, or AWS had no room for, says nothing of the specification.
      if (endedWithoutModel(job) && (await tuningLack(context, job)) === undefined) failed += 1;
      continue;
    }
    const adopted = !(await isOf(context, job.HyperParameterTuningJobArn, run));
    context.progress.line(
      `tuning job ${name} is there (${job.HyperParameterTuningJobStatus}): ${adopted ? "adopted" : "this run's"}`,
    );
    return { job, adopted };
  }
  throw new StepError(
    `Tuning job ${base} ended without a model ${ATTEMPTS} times. Change the configuration or the ` +
      `data first; the reasons: aws sagemaker list-hyper-parameter-tuning-jobs --name-contains ${base}`,
  );
}

async function isUsable(context: Context, job: TuningJob): Promise<boolean> {
  const { HyperParameterTuningJobStatus: status, BestTrainingJob } = job;
  if (!isOver(status)) return status !== "Stopping";
  const name = BestTrainingJob?.TrainingJobName;
  if (status !== "Completed" || name === undefined) return false;
  const best = await describeTrainingJob(context, name);
  return best !== undefined && !(await lostItsModel(context, best));
}

/** Starts a tuning job, or finds the one that another run of the same commit has just started. */
export async function createTuningJob(
  context: Context,
  config: Config,
  { name, specification, run }: Pick<WantedTuning, "specification" | "run"> & { name: string },
): Promise<TuningJob> {
  const { clients, progress } = context;
  const { InstanceType, InstanceCount = 1 } =
    specification.TrainingJobDefinition?.ResourceConfig ?? {};
  const { ResourceLimits } = specification.HyperParameterTuningJobConfig ?? {};
  const { MaxParallelTrainingJobs = 1, MaxNumberOfTrainingJobs } = ResourceLimits ?? {};
  try {
    // Not abortable: a request that is cut off could still make a job that nobody then stops.
    await clients.sagemaker.send(
      new CreateHyperParameterTuningJobCommand({
        ...specification,
        HyperParameterTuningJobName: name,
        Tags: tags(config, run),
      }),
    );
    progress.line(
      `tuning job ${name}: ${MaxNumberOfTrainingJobs} training jobs on ${InstanceType}, ` +
        `${MaxParallelTrainingJobs} at once`,
    );
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (error.name !== "ResourceInUse") {
      const hint =
        quotaHint(config, error, InstanceType, InstanceCount * MaxParallelTrainingJobs) +
        waitHint(specification, error);
      throw new StepError(`Tuning job ${name} was refused: ${error.message}${hint}`, { cause });
    }
  }
  const job = await describeTuningJob({ ...context, signal: NEVER }, name);
  if (job === undefined)
    throw new StepError(`Tuning job ${name} vanished after its creation. Run train-model again.`);
  return job;
}

/** What to do where AWS may not wait that long; empty where the error is another. */
function waitHint({ TrainingJobDefinition }: TuningSpecification, error: Error): string {
  const { MaxWaitTimeInSeconds: seconds = 0 } = TrainingJobDefinition?.StoppingCondition ?? {};
  if (error.name !== "ValidationException" || seconds <= LONGEST_WAIT_S) return "";
  return (
    ` It asks to wait ${seconds / 60} minutes, and AWS's guide allows at most 60 minutes for spot without ` +
    "checkpoints, of which tuning has none: lower training.maxWaitMinutes, or set training.spot to false."
  );
}

function assertSame(job: TuningJob, wanted: TuningSpecification): void {
  if (essenceOfTuning(job) === essenceOfTuning(wanted)) return;
  throw new StepError(
    `Tuning job ${job.HyperParameterTuningJobName} exists with another specification. ` +
      "Give the project or the environment another name in pipeline.yaml.",
  );
}
