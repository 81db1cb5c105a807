import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import type { SFNClient } from "@aws-sdk/client-sfn";

export interface Clients {
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly autoscaling: ApplicationAutoScalingClient;
  readonly cloudformation: CloudFormationClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly sfn: SFNClient;
}

/** Where a step says how far it is. What is shown, and how, is the caller's business. */
export interface Progress {
  /** A finished fact, worth a line of its own. */
  line(text: string): void;
  /** A moving count, such as 120 of 1,200 pictures; `note` stands behind it. */
  count(done: number, total: number, unit: string, note?: string): void;
}

/** What every step works with. `signal` ends its waits and reads; an object that is being written is finished. */
export interface Context {
  readonly clients: Clients;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
