import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { isOver } from "../job-status.ts";
import { describeTrainingJob, interruptionsOf, type TrainingJob } from "./training-job.ts";

/** The container's values at one moment, such as `validation:accuracy`. */
export interface TrainingMoment {
  readonly at: Date;
  readonly metrics: Readonly<Record<string, number>>;
}

/** One training job of a tuning job. */
export interface Trial {
  readonly trainingJobName: string;
  /** As SageMaker says it. */
  readonly status: string;
  /** The values that were tried, by the hyperparameters' names. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** validation:accuracy at its end; absent where it said none. */
  readonly objective?: number;
  /** On training instances. */
  readonly seconds: number;
}

export interface TunedTraining {
  readonly tuningJobName: string;
  readonly strategy: string;
  /** The best first, those without an objective last. */
  readonly trials: readonly Trial[];
}

export interface StartedTraining {
  /** With `training.tuning` the name of the tuning job, until the best training job is known. */
  readonly trainingJobName: string;
  /** As SageMaker says it: `InProgress`, `Completed`, ... */
  readonly status: string;
  readonly instanceType: string;
  readonly instanceCount: number;
  /** True where the job of an earlier run was taken over. */
  readonly adopted: boolean;
}

export interface TrainedModel extends StartedTraining {
  readonly modelDataUrl: string;
  readonly image: string;
  /** The container's last values. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What was seen of the metrics while this run waited; empty where the job was over before. */
  readonly history: readonly TrainingMoment[];
  readonly trainingSeconds: number;
  readonly billableSeconds: number;
  /** How often spot instances were taken back; each time it resumed from its last checkpoint. */
  readonly interruptions: number;
  /** How it was found; absent where it was trained alone. */
  readonly tuning?: TunedTraining;
}

/**
 * The model of a training job that is over.
 * @throws StepError where there is no such job, or it is not Completed.
 */
export async function findTrainedModel(
  context: Context,
  trainingJobName: string,
): Promise<TrainedModel> {
  const job = await describeTrainingJob(context, trainingJobName);
  if (job === undefined) {
    throw new StepError(
      `There is no training job ${trainingJobName} in this account and region. Run train-model first.`,
    );
  }
  if (!isOver(job.TrainingJobStatus)) {
    throw new StepError(
      `Training job ${trainingJobName} is ${job.TrainingJobStatus}: wait for it with train-model.`,
    );
  }
  return { ...trainedModel(job), adopted: true, history: [] };
}

/** A training job by what it is asked for. */
export function startedTraining(job: TrainingJob): Omit<StartedTraining, "adopted"> {
  return {
    trainingJobName: job.TrainingJobName ?? "",
    status: job.TrainingJobStatus ?? "",
    instanceType: job.ResourceConfig?.InstanceType ?? "",
    instanceCount: job.ResourceConfig?.InstanceCount ?? 1,
  };
}

/** What a job that is over has made. @throws StepError where it is not Completed */
export function trainedModel(job: TrainingJob): Omit<TrainedModel, "adopted" | "history"> {
  const { TrainingJobName, TrainingJobStatus, SecondaryStatus, FailureReason } = job;
  if (TrainingJobStatus !== "Completed") {
    const next =
      SecondaryStatus === "MaxRuntimeExceeded"
        ? "Raise training.maxRuntimeMinutes."
        : "Its log: CloudWatch, /aws/sagemaker/TrainingJobs. Start it again for a new attempt.";
    throw new StepError(
      `Training job ${TrainingJobName} ended ${TrainingJobStatus}: ` +
        `${FailureReason ?? SecondaryStatus ?? "no reason given"}. ${next}`,
    );
  }
  const modelDataUrl = job.ModelArtifacts?.S3ModelArtifacts;
  if (modelDataUrl === undefined) {
    throw new StepError(`Training job ${TrainingJobName} is Completed but has no model artifact.`);
  }
  const trainingSeconds = job.TrainingTimeInSeconds ?? 0;
  return {
    ...startedTraining(job),
    modelDataUrl,
    image: job.AlgorithmSpecification?.TrainingImage ?? "",
    metrics: metricsOf(job),
    trainingSeconds,
    billableSeconds: job.BillableTimeInSeconds ?? trainingSeconds,
    interruptions: interruptionsOf(job),
  };
}

/** The container's last values, by their names. */
export function metricsOf(job: TrainingJob): Record<string, number> {
  return Object.fromEntries(
    (job.FinalMetricDataList ?? []).map(({ MetricName = "", Value = Number.NaN }) => [
      MetricName,
      Value,
    ]),
  );
}
