import type {
  CreateHyperParameterTuningJobCommandInput,
  HyperParameterTrainingJobSummary,
  HyperParameterTuningJobStatus,
  ObjectiveStatus,
} from "@aws-sdk/client-sagemaker";
import type { TrainingJob, TrainingRequest } from "../training/training-job.ts";
import type { Valid } from "../valid.ts";

type Request = Valid<CreateHyperParameterTuningJobCommandInput>;
type Config = Request["HyperParameterTuningJobConfig"];

/** A CreateHyperParameterTuningJob request that also passed the rules beyond the API model. */
export type TuningRequest = Request & {
  readonly HyperParameterTuningJobConfig: Config & {
    readonly HyperParameterTuningJobObjective: NonNullable<
      Config["HyperParameterTuningJobObjective"]
    >;
    readonly ParameterRanges: NonNullable<Config["ParameterRanges"]>;
    readonly ResourceLimits: { readonly MaxNumberOfTrainingJobs: number };
  };
  readonly TrainingJobDefinition: NonNullable<Request["TrainingJobDefinition"]>;
};

/** A training job that a tuning job launched, and the values that it was given. */
export interface Trial {
  readonly job: TrainingJob;
  readonly tuned: Readonly<Record<string, string>>;
}

/** One tuning job: what was asked for, and how far it is. */
export class TuningJob {
  readonly request: TuningRequest;
  /** What each of its training jobs is asked for, but for name and tuned hyperparameters. */
  readonly training: TrainingRequest;
  readonly arn: string;
  readonly created = new Date();
  readonly trials: Trial[] = [];
  status: HyperParameterTuningJobStatus = "InProgress";
  modified = this.created;
  ended: Date | undefined;
  failureReason: string | undefined;

  constructor(request: TuningRequest, training: TrainingRequest, arn: string) {
    this.request = request;
    this.training = training;
    this.arn = arn;
  }

  /** Goes on to a status. */
  move(status: HyperParameterTuningJobStatus, failureReason?: string): void {
    this.status = status;
    this.modified = new Date();
    this.failureReason = failureReason;
    if (status !== "InProgress" && status !== "Stopping") this.ended = this.modified;
  }

  /** The objective's last value in a training job; undefined where it said none. */
  objectiveOf({ job }: Trial): number | undefined {
    const { MetricName } =
      this.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    return job.finalMetrics.find((metric) => metric.MetricName === MetricName)?.Value;
  }

  /** What became of a training job's objective. */
  objectiveStatusOf(trial: Trial): ObjectiveStatus {
    if (trial.job.ended === undefined) return "Pending";
    const counts = trial.job.status === "Completed" && this.objectiveOf(trial) !== undefined;
    return counts ? "Succeeded" : "Failed";
  }

  /** The completed training job with the best objective; of equal ones the first. */
  get best(): Trial | undefined {
    const { Type } = this.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    const sign = Type === "Maximize" ? 1 : -1;
    const value = (trial: Trial) => sign * (this.objectiveOf(trial) ?? Number.NaN);
    return this.trials
      .filter((trial) => this.objectiveStatusOf(trial) === "Succeeded")
      .reduce<Trial | undefined>(
        (best, trial) => (best === undefined || value(trial) > value(best) ? trial : best),
        undefined,
      );
  }

  /** A training job as Describe and List show it. */
  summaryOf(trial: Trial): HyperParameterTrainingJobSummary {
    const { job, tuned } = trial;
    const objective = this.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    const Value = this.objectiveOf(trial);
    return {
      TrainingJobName: job.request.TrainingJobName,
      TrainingJobArn: job.arn,
      CreationTime: job.created,
      TrainingStartTime: job.started,
      TrainingEndTime: job.ended,
      TrainingJobStatus: job.status,
      TunedHyperParameters: { ...tuned },
      FailureReason: job.failureReason,
      ObjectiveStatus: this.objectiveStatusOf(trial),
      ...(Value !== undefined && {
        FinalHyperParameterTuningJobObjectiveMetric: {
          Type: objective.Type,
          MetricName: objective.MetricName,
          Value,
        },
      }),
    };
  }
}
