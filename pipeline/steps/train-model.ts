import { StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { checkpointConfig, dropCheckpoints, requireIdle } from "../training/checkpoints.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { requireShards } from "../dataset/channels.ts";
import { StepError, UsageError } from "../errors.ts";
import type { Dataset } from "../dataset/manifest.ts";
import { names } from "../names.ts";
import {
  type Fallback,
  finishWithFallback,
  startWithFallback,
} from "../training/instance-fallback.ts";
import { poll } from "../poll.ts";
import { type Stoppable, stopOnAbort } from "../stop-on-abort.ts";
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
  isOver,
  lacksCapacity,
  type TrainingJob,
} from "../training/training-job.ts";
import { startTuning, tuneModel } from "../training/tune-model.ts";
import { trainingSpecification } from "../training/training-specification.ts";
import { writeWatchedTraining } from "../training/watched-training.ts";

export interface TrainModelInput {
  readonly dataset: Dataset;
  readonly executionRoleArn: string;
  readonly run?: string | undefined;
  /** Trains anew, once a run, where a job of the same specification is there already. */
  readonly retrain?: boolean | undefined;
  /** The job that this run started before: it is waited for, and its failure is the step's. */
  readonly started?: string | undefined;
  /** False: a cancelled run leaves the job running, for a rerun to adopt. */
  readonly stopOnCancel?: boolean | undefined;
  /** Of all waits together; by default each job gets what it may take, and a quarter of an hour. */
  readonly timeoutMs?: number | undefined;
  /** Told of each job that is waited for, before the wait. */
  readonly onStarted?: (started: StartedTraining) => void;
  readonly pollIntervalMs?: number;
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
  const deadline = input.timeoutMs === undefined ? undefined : Date.now() + input.timeoutMs;
  const { job, adopted } = await finishWithFallback(
    context,
    config,
    trainingJobs(context, config, input),
    async (found) => {
      input.onStarted?.({ ...startedTraining(found.job), adopted: found.adopted });
      if (isOver(found.job)) return found.job;
      const timeoutMs = deadline === undefined ? undefined : Math.max(0, deadline - Date.now());
      return wait(context, config, { ...input, timeoutMs }, found.job, history);
    },
  );
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
  if (tuning !== undefined) return startTuning(context, config, { ...input, tuning });
  const { job, adopted } = await startWithFallback(
    context,
    config,
    new Map(),
    trainingJobs(context, config, input),
  );
  if (!isOver(job)) {
    await stopOnAbort(context, stoppable(context, input, job), async () =>
      context.signal.throwIfAborted(),
    );
  }
  return { ...startedTraining(job), adopted };
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
): Fallback<TrainingJob> {
  return {
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
  };
}

function wait(
  context: Context,
  config: Config,
  input: TrainModelInput,
  job: TrainingJob,
  history: TrainingMoment[],
): Promise<TrainingJob> {
  const { timeoutMs, pollIntervalMs = 10_000 } = input;
  const name = job.TrainingJobName ?? "";
  const { maxRuntimeMinutes, maxWaitMinutes, spot } = config.training;
  const minutes = (spot ? maxWaitMinutes : maxRuntimeMinutes) + 15; // starting and uploading
  let shown = "";
  const look = async () => {
    const now = await describeTrainingJob(context, name);
    if (now === undefined) throw new StepError(`Training job ${name} is gone.`);
    const metrics = metricsOf(now);
    const values = Object.entries(metrics).map(([key, value]) => `${key}=${value.toFixed(4)}`);
    const text = [now.SecondaryStatus, ...values].join("  ");
    if (text !== shown) {
      context.progress.line(text);
      if (values.length > 0) history.push({ at: new Date(), metrics });
    }
    shown = text;
    return isOver(now) ? now : undefined;
  };
  return stopOnAbort(context, stoppable(context, input, job), () =>
    poll(look, {
      what: `Training job ${name}`,
      timeoutMs: timeoutMs ?? minutes * 60_000,
      intervalMs: pollIntervalMs,
      signal: context.signal,
      resume: "It goes on: run the step again and it is adopted.",
    }),
  );
}

function stoppable(
  { clients }: Context,
  { stopOnCancel }: TrainModelInput,
  { TrainingJobName = "" }: TrainingJob,
): Stoppable {
  return {
    what: `training job ${TrainingJobName}`,
    stop: (abortSignal) =>
      clients.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }), { abortSignal }),
    stopOnCancel,
  };
}
