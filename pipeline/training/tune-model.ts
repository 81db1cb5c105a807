import {
  type HyperParameterTrainingJobSummary,
  StopHyperParameterTuningJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { requireShards } from "../dataset/channels.ts";
import { StepError } from "../errors.ts";
import { isOver } from "../job-status.ts";
import { names } from "../names.ts";
import type { TrainModelInput } from "../steps/train-model.ts";
import { finishJob, type JobKind } from "./run-job.ts";
import {
  findTrainedModel,
  type StartedTraining,
  type TrainedModel,
  type Trial,
} from "./trained-model.ts";
import { trainingSpecification } from "./training-specification.ts";
import {
  createTuningJob,
  describeTuningJob,
  findTuningJob,
  trialsOf,
  type TuningJob,
  tuningLack,
} from "./tuning-job.ts";
import type { Tuning } from "./tuning-schema.ts";
import { OBJECTIVE, tuningSpecification } from "./tuning-specification.ts";

interface TuneModelInput extends TrainModelInput {
  readonly tuning: Tuning;
}

/**
 * The best of the training jobs of a SageMaker tuning job, as if it had been trained alone; the tuning
 * job of the same specification that an earlier run made is adopted.
 * @throws StepError when it fails, is stopped, does not end in time, or has no best training job.
 */
export async function tuneModel(
  context: Context,
  config: Config,
  input: TuneModelInput,
): Promise<TrainedModel> {
  const { job, adopted } = await finishJob(
    context,
    config,
    tuningJobs(context, config, input),
    input,
  );
  const name = job.HyperParameterTuningJobName ?? "";
  const trials = await trialsOf(context, name);
  const best = bestOf(job, trials);
  const model = await findTrainedModel(context, best);
  context.progress.line(
    `best of ${trials.length} training jobs: ${best}, ${OBJECTIVE}=${model.metrics[OBJECTIVE]?.toFixed(4)}`,
  );
  const strategy = input.tuning.strategy;
  const tuning = { tuningJobName: name, strategy, trials: trials.map(trial).toSorted(byObjective) };
  return { ...model, adopted, tuning };
}

/** The tuning jobs that `tuneModel` waits for. */
export function tuningJobs(
  context: Context,
  config: Config,
  { dataset, executionRoleArn, run, retrain, started, tuning }: TuneModelInput,
): JobKind<TuningJob> {
  const { s3, sagemaker } = context.clients;
  return {
    what: "Tuning job",
    rounds: Math.ceil(tuning.maxJobs / tuning.maxParallelJobs),
    async find(instanceType) {
      const training = trainingSpecification(config, dataset, { executionRoleArn, instanceType });
      const specification = tuningSpecification(config, tuning, training);
      const base = names.tuningJob(config, retrain ? { specification, run } : specification);
      const found = await findTuningJob(context, { base, specification, run, started });
      if ("job" in found) return found;
      const wanted = { ...found, specification, run };
      return {
        create: async () => {
          await requireShards(s3, dataset, config.training.instanceCount);
          return createTuningJob(context, config, wanted);
        },
      };
    },
    lack: (job) => tuningLack(context, job),
    started: startedTuning,
    describe: (name) => describeTuningJob(context, name),
    isOver: (job) => isOver(job.HyperParameterTuningJobStatus),
    line: (job) => progressOf(job, tuning.maxJobs),
    stop: (HyperParameterTuningJobName, abortSignal) =>
      sagemaker.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName }), {
        abortSignal,
      }),
  };
}

/** `2 of 9 training jobs done, 3 running, 1 failed, best validation:accuracy=0.9500`. */
function progressOf(
  { TrainingJobStatusCounters, BestTrainingJob }: TuningJob,
  all: number,
): string {
  const { Completed = 0, InProgress = 0, Stopped = 0 } = TrainingJobStatusCounters ?? {};
  const { RetryableError = 0, NonRetryableError = 0 } = TrainingJobStatusCounters ?? {};
  const failed = RetryableError + NonRetryableError + Stopped;
  const best = BestTrainingJob?.FinalHyperParameterTuningJobObjectiveMetric?.Value;
  return [
    `${Completed} of ${all} training jobs done, ${InProgress} running`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(best === undefined ? [] : [`best ${OBJECTIVE}=${best.toFixed(4)}`]),
  ].join(", ");
}

/** The name of the best training job of a tuning job that is over. @throws StepError where there is none */
function bestOf(job: TuningJob, trials: readonly HyperParameterTrainingJobSummary[]): string {
  const { HyperParameterTuningJobName: name, HyperParameterTuningJobStatus: status } = job;
  const failed = trials.find(({ FailureReason }) => FailureReason !== undefined);
  const first =
    failed === undefined ? "" : ` ${failed.TrainingJobName} failed: ${failed.FailureReason}.`;
  if (status !== "Completed") {
    throw new StepError(
      `Tuning job ${name} ended ${status}: ${job.FailureReason ?? "no reason given"}.${first} ` +
        "Run the step again for a new attempt.",
    );
  }
  const best = job.BestTrainingJob?.TrainingJobName;
  if (best !== undefined) return best;
  throw new StepError(
    `Tuning job ${name} has no best training job: none of ${trials.length} ended with a ${OBJECTIVE}.` +
      `${first} Look at their logs in CloudWatch, /aws/sagemaker/TrainingJobs.`,
  );
}

function trial(summary: HyperParameterTrainingJobSummary): Trial {
  const { TrainingStartTime: start, TrainingEndTime: end } = summary;
  const objective = summary.FinalHyperParameterTuningJobObjectiveMetric?.Value;
  return {
    trainingJobName: summary.TrainingJobName ?? "",
    status: summary.TrainingJobStatus ?? "",
    hyperparameters: summary.TunedHyperParameters ?? {},
    seconds: start && end ? Math.round((end.getTime() - start.getTime()) / 1000) : 0,
    ...(objective !== undefined && { objective }),
  };
}

function byObjective(a: Trial, b: Trial): number {
  return (b.objective ?? -Infinity) - (a.objective ?? -Infinity) || 0;
}

function startedTuning(job: TuningJob): Omit<StartedTraining, "adopted"> {
  return {
    trainingJobName: job.HyperParameterTuningJobName ?? "",
    status: job.HyperParameterTuningJobStatus ?? "",
    instanceType: job.TrainingJobDefinition?.ResourceConfig?.InstanceType ?? "",
    instanceCount: job.TrainingJobDefinition?.ResourceConfig?.InstanceCount ?? 1,
  };
}
