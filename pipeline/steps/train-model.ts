import { StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError, UsageError } from "../errors.ts";
import type { Dataset } from "../manifest.ts";
import { names } from "../names.ts";
import { poll } from "../poll.ts";
import { type Stoppable, stopOnAbort } from "../stop-on-abort.ts";
import {
  type StartedTraining,
  startedTraining,
  type TrainedModel,
  trainedModel,
  type TrainingMoment,
  metricsOf,
} from "../trained-model.ts";
import {
  createTrainingJob,
  describeTrainingJob,
  findTrainingJob,
  isOver,
  lacksCapacity,
  type TrainingJob,
} from "../training-job.ts";
import { trainingSpecification } from "../training-specification.ts";

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
 * same specification that an earlier run made. Goes on to the next of `training.instanceTypes` where
 * AWS has no capacity.
 * @throws StepError when the job fails, is stopped, or does not end in time.
 */
export async function trainModel(
  context: Context,
  config: Config,
  input: TrainModelInput,
): Promise<TrainedModel> {
  const history: TrainingMoment[] = [];
  const full = new Set<string>();
  const deadline = input.timeoutMs === undefined ? undefined : Date.now() + input.timeoutMs;
  for (;;) {
    const { job, adopted } = await start(context, config, input, full);
    input.onStarted?.({ ...startedTraining(job), adopted });
    const timeoutMs = deadline === undefined ? undefined : Math.max(0, deadline - Date.now());
    const ended = isOver(job)
      ? job
      : await wait(context, config, { ...input, timeoutMs }, job, history);
    if (lacksCapacity(ended)) {
      const type = ended.ResourceConfig?.InstanceType ?? "";
      full.add(type);
      context.progress.line(`no capacity for ${type}: ${ended.FailureReason ?? ""}`);
    } else {
      const model = trainedModel(ended);
      const { modelDataUrl, trainingSeconds, billableSeconds } = model;
      context.progress.line(
        `model ${modelDataUrl}, ${trainingSeconds} s of training, ${billableSeconds} s billed`,
      );
      return { ...model, adopted, history };
    }
  }
}

/** Starts what `trainModel` waits for, or finds it, and returns at once. */
export async function startTraining(
  context: Context,
  config: Config,
  input: TrainModelInput,
): Promise<StartedTraining> {
  const { job, adopted } = await start(context, config, input, new Set());
  if (!isOver(job)) {
    await stopOnAbort(context, stoppable(context, input, job), async () =>
      context.signal.throwIfAborted(),
    );
  }
  return { ...startedTraining(job), adopted };
}

/**
 * A job that is there on any of the instance types, else a new one on the first that is not `full`,
 * which grows by those that AWS has no capacity for. An earlier run's lack is not remembered.
 */
async function start(
  context: Context,
  config: Config,
  { dataset, executionRoleArn, run, retrain, started }: TrainModelInput,
  full: Set<string>,
): Promise<{ job: TrainingJob; adopted: boolean }> {
  if (retrain === true && run === undefined) {
    throw new UsageError("To retrain, name the run: its job is found by that name again.");
  }
  const free = [];
  for (const instanceType of config.training.instanceTypes) {
    const specification = trainingSpecification(config, dataset, {
      executionRoleArn,
      instanceType,
    });
    const base = names.trainingJob(config, retrain ? { specification, run } : specification);
    const found = await findTrainingJob(context, { base, specification, run, started });
    if (found.job === undefined) free.push({ specification, run, name: found.name });
    else if (lacksCapacity(found.job)) full.add(instanceType);
    else return found;
  }
  for (const wanted of free) {
    const type = wanted.specification.ResourceConfig?.InstanceType ?? "";
    if (full.has(type)) continue;
    const job = await createTrainingJob(context, config, wanted);
    if (!lacksCapacity(job)) return { job, adopted: false };
    full.add(type);
    context.progress.line(`no capacity for ${type}: ${job.FailureReason ?? ""}`);
  }
  throw new StepError(
    `AWS has no capacity for any of ${config.training.instanceTypes.join(", ")}. ` +
      "Add another type to training.instanceTypes, or run again later.",
  );
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
