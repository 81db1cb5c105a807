import type {
  CreateTrainingJobCommandInput,
  MetricData,
  SecondaryStatus,
  SecondaryStatusTransition,
  TrainingJobStatus,
} from "@aws-sdk/client-sagemaker";
import { TrainingMetrics } from "./training-metrics.ts";
import type { Valid } from "../valid.ts";

/** A CreateTrainingJob request that also passed the rules beyond the API model. */
export type TrainingRequest = Valid<CreateTrainingJobCommandInput> & {
  readonly AlgorithmSpecification: { readonly TrainingImage: string };
  readonly ResourceConfig: { readonly InstanceType: string; readonly InstanceCount: number };
  readonly StoppingCondition: { readonly MaxRuntimeInSeconds: number };
};

const ends: Partial<Record<SecondaryStatus, TrainingJobStatus>> = {
  Completed: "Completed",
  Failed: "Failed",
  Stopping: "Stopping",
  Stopped: "Stopped",
  MaxRuntimeExceeded: "Stopped",
  MaxWaitTimeExceeded: "Stopped",
};

/** What a second on spot is billed here, as a share of one on demand: AWS's differs by type and hour. */
const SPOT_SHARE = 0.3;

/** One training job: what was asked for, and how far it is. */
export class TrainingJob {
  readonly request: TrainingRequest;
  readonly arn: string;
  /** Of the tuning job that launched it. */
  readonly tuningJobArn: string | undefined;
  readonly created = new Date();
  /** Aborted, with the secondary status to end in as its reason, when the job has to stop. */
  readonly stopping = new AbortController();
  readonly transitions: SecondaryStatusTransition[] = [];
  readonly metrics = new TrainingMetrics();
  status: TrainingJobStatus = "InProgress";
  secondaryStatus: SecondaryStatus = "Starting";
  modified = this.created;
  started: Date | undefined;
  ended: Date | undefined;
  failureReason: string | undefined;
  /** How often its spot instance was taken away. */
  interruptions = 0;

  constructor(request: TrainingRequest, arn: string, tuningJobArn?: string) {
    this.request = request;
    this.arn = arn;
    this.tuningJobArn = tuningJobArn;
    this.move("Starting", "Preparing the instances for training");
  }

  /** Goes on to a secondary status, closing the one before; the status follows from it. */
  move(secondaryStatus: SecondaryStatus, message: string): void {
    const now = new Date();
    const before = this.transitions.at(-1);
    if (before !== undefined) before.EndTime = now;
    const status = ends[secondaryStatus] ?? "InProgress";
    const over = status !== "InProgress" && status !== "Stopping";
    this.transitions.push({
      Status: secondaryStatus,
      StartTime: now,
      StatusMessage: message,
      ...(over && { EndTime: now }),
    });
    this.secondaryStatus = secondaryStatus;
    this.status = status;
    this.modified = now;
    if (over) this.ended = now;
  }

  get finalMetrics(): MetricData[] {
    return this.metrics.latest();
  }

  /** Where the model goes, or is. */
  get modelArtifacts(): string {
    const { OutputDataConfig, TrainingJobName } = this.request;
    const path = OutputDataConfig.S3OutputPath.replace(/\/+$/, "");
    return `${path}/${TrainingJobName}/output/model.tar.gz`;
  }

  /** Seconds of training so far, at least 1; none before it starts. */
  get trainingSeconds(): number | undefined {
    if (this.started === undefined) return undefined;
    const until = this.ended ?? new Date();
    return Math.max(1, Math.round((until.getTime() - this.started.getTime()) / 1000));
  }

  /** Seconds to be paid for, at least 1: spot ones count in part, as AWS counts the saving into them. */
  get billableSeconds(): number | undefined {
    const seconds = this.trainingSeconds;
    const spot = this.request.EnableManagedSpotTraining === true;
    return seconds === undefined || !spot ? seconds : Math.max(1, Math.round(seconds * SPOT_SHARE));
  }
}
