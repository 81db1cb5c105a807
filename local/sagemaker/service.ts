import type { Limits } from "./limits.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import type { ModelPackage, ModelPackageGroup } from "./registry/model-package-store.ts";
import type { EndpointConfig } from "./endpoint/endpoint-configs.ts";
import type { JobDefinition } from "./monitoring/job-definitions.ts";
import type { Metrics } from "./endpoint/metrics.ts";
import type { Model } from "./registry/models.ts";
import type { MonitoringClock } from "./monitoring/monitoring-clock.ts";
import type { MonitoringExecution } from "./monitoring/monitoring-executions.ts";
import type { MonitoringSchedule } from "./monitoring/monitoring-schedules.ts";
import type { Queue } from "./queue.ts";
import type { Roles } from "./roles.ts";
import type { ScalableTarget, ScalingActivity, ScalingPolicy } from "./scaling/autoscaling.ts";
import type { Scaler } from "./scaling/scaler.ts";
import type { TrainingJob } from "./training/training-job.ts";
import type { TransformJob } from "./transform/transform-jobs.ts";
import type { TuningJob } from "./tuning/tuning-job.ts";

/** Everything that the local SageMaker knows, and what it works with. */
export interface Service {
  readonly region: string;
  readonly account: string;
  readonly roles: Roles;
  readonly metrics: Metrics;
  readonly queue: Queue;
  readonly limits: Limits;
  /** Instance types of which none is free. */
  readonly noCapacity: ReadonlySet<string>;
  /** By instance type: how often each spot job on it loses its instance. */
  readonly interruptions: Readonly<Record<string, number>>;
  /** Holds every temporary file; deleted at the end. */
  readonly workDir: string;
  /** Where `train.ts` and `serve.ts` of image-classification are. */
  readonly algorithmDir: string;
  /** What runs the scripts of Model Monitor's definitions. */
  readonly python: string;
  /** Aborted when the server closes: ends every job and endpoint. */
  readonly closing: AbortSignal;
  /** What still runs and has to end before the server is closed. */
  readonly running: Set<Promise<void>>;
  readonly trainingJobs: Map<string, TrainingJob>;
  readonly tuningJobs: Map<string, TuningJob>;
  readonly transformJobs: Map<string, TransformJob>;
  readonly models: Map<string, Model>;
  readonly endpointConfigs: Map<string, EndpointConfig>;
  readonly endpoints: Map<string, Endpoint>;
  readonly modelPackageGroups: Map<string, ModelPackageGroup>;
  /** By ARN. */
  readonly modelPackages: Map<string, ModelPackage>;
  readonly scalableTargets: Map<string, ScalableTarget>;
  readonly scalingPolicies: Map<string, ScalingPolicy>;
  readonly scalingActivities: ScalingActivity[];
  readonly scaler: Scaler;
  /** By ARN, of both types. */
  readonly jobDefinitions: Map<string, JobDefinition>;
  readonly monitoringSchedules: Map<string, MonitoringSchedule>;
  /** In the order in which they began. */
  readonly monitoringExecutions: MonitoringExecution[];
  readonly monitoringClock: MonitoringClock;
  /** Tags by the ARN of what carries them. */
  readonly tags: Map<string, Map<string, string>>;
}

/** The ARN of a SageMaker resource, such as `arn:aws:sagemaker:us-east-1:000000000000:model/m`. */
export function arnOf(
  { region, account }: Pick<Service, "region" | "account">,
  resource: string,
): string {
  return `arn:aws:sagemaker:${region}:${account}:${resource}`;
}

/** Lets work go on behind an answer; the server waits for its end before it closes. */
export function runBehind(service: Service, work: Promise<void>): void {
  service.running.add(work);
  void work.finally(() => service.running.delete(work));
}
