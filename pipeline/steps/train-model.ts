import { StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { checkpointConfig, dropCheckpoints, requireIdle } from "../training/checkpoints.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { requireShards } from "../dataset/channels.ts";
import { UsageError } from "../errors.ts";
import type { Dataset } from "../dataset/manifest.ts";
import { isOver } from "../job-status.ts";
import { names } from "../names.ts";
import { finishJob, type JobInput, type JobKind, startJob } from "../training/run-job.ts";
import {
  type StartedTraining,
  startedTraining,
  type TrainedModel,
  trainedModel,
  type TrainingMoment,
  metricsOf,
} from "../training/trained-model.ts";
import {
  capacityReason,
  createTrainingJob,
  describeTrainingJob,
  findTrainingJob,
  lacksCapacity,
  type TrainingJob,
} from "../training/training-job.ts";
import { tuneModel, tuningJobs } from "../training/tune-model.ts";
import { trainingSpecification } from "../training/training-specification.ts";
import { writeWatchedTraining } from "../training/watched-training.ts";

export interface TrainModelInput extends JobInput {
  readonly dataset: Dataset;
  readonly executionRoleArn: string;
  readonly run?: string | undefined;
  /** Trains anew, once a run, where a job of the same specification is there already. */
  readonly retrain?: boolean | undefined;
  /** The job that this run started before: it is waited for, and its failure is the step's. */
  readonly started?: string | undefined;
}

/**
 * Trains a model with SageMaker's built-in image-classification algorithm, or adopts the job of the
 * same specification that an earlier run made. With `training.tuning` it is the best of a tuning job's.
 * Goes on to the next of `training.instanceTypes` where AWS has no capacity. What it sees of the training
 * is kept for the evaluation's report.
 * @throws StepError when the job fails, is stopped, or does not end in time.
 */
export async function trainModel(
  context: Context,
  config: Config,
  input: TrainModelInput,
): Promise<TrainedModel> {
  checkRetrain(input);
  const { tuning } = config.training;
  const model =
    tuning === undefined
      ? await trainAlone(context, config, input)
      : await tuneModel(context, config, { ...input, tuning });
  const { bucket } = input.dataset;
  const { trainingJobName } = model;
  await writeWatchedTraining(context, config, { bucket, trainingJobName }, model);
  return model;
}

async function trainAlone(
  context: Context,
  config: Config,
  input: TrainModelInput,
): Promise<TrainedModel> {
  const history: TrainingMoment[] = [];
  const { job, adopted } = await finishJob(context, config, trainingJobs(context, config, input), {
    ...input,
    onLine: (now) => {
      const metrics = metricsOf(now);
      if (Object.keys(metrics).length > 0) history.push({ at: new Date(), metrics });
    },
  });
  const model = trainedModel(job);
  await dropCheckpoints(context, job);
  const { modelDataUrl, trainingSeconds, billableSeconds } = model;
  context.progress.line(
    `model ${modelDataUrl}, ${trainingSeconds} s of training, ${billableSeconds} s billed`,
  );
  return { ...model, adopted, history };
}

/** Starts what `trainModel` waits for, or finds it, and returns at once. */
export async function startTraining(
  context: Context,
  config: Config,
  input: TrainModelInput,
): Promise<StartedTraining> {
  checkRetrain(input);
  const { tuning } = config.training;
  return tuning === undefined
    ? startJob(context, config, trainingJobs(context, config, input), input)
    : startJob(context, config, tuningJobs(context, config, { ...input, tuning }), input);
}

function checkRetrain({ retrain, run }: TrainModelInput): void {
  if (retrain === true && run === undefined) {
    throw new UsageError("To retrain, name the run: its job is found by that name again.");
  }
}

function trainingJobs(
  context: Context,
  config: Config,
  { dataset, executionRoleArn, run, retrain, started }: TrainModelInput,
): JobKind<TrainingJob> {
  const { sagemaker } = context.clients;
  return {
    what: "Training job",
    rounds: 1,
    async find(instanceType) {
      const instance = { executionRoleArn, instanceType };
      const specification = trainingSpecification(config, dataset, instance);
      const base = names.trainingJob(config, retrain ? { specification, run } : specification);
      const found = await findTrainingJob(context, { base, specification, run, started });
      if (found.job !== undefined) return found;
      const checkpoints = checkpointConfig(config, specification, retrain ? run : undefined);
      const wanted = { specification, checkpoints, run, name: found.name };
      return {
        create: async () => {
          await requireShards(context.clients.s3, dataset, config.training.instanceCount);
          await requireIdle(context, config, wanted);
          return createTrainingJob(context, config, wanted);
        },
      };
    },
    lack: (job) => (lacksCapacity(job) ? capacityReason(job) : undefined),
    started: startedTraining,
    describe: (name) => describeTrainingJob(context, name),
    isOver: (job) => isOver(job.TrainingJobStatus),
    line: (job) => [job.SecondaryStatus, ...metricTexts(job)].join("  "),
    stop: (TrainingJobName, abortSignal) =>
      sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }), { abortSignal }),
  };
}

/** `validation:accuracy=0.9500`, ... */
function metricTexts(job: TrainingJob): string[] {
  return Object.entries(metricsOf(job)).map(([key, value]) => `${key}=${value.toFixed(4)}`);
}
