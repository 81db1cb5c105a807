import { randomBytes } from "node:crypto";

/** Where a container's log goes. */
export interface LogStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/**
 * Names of streams as SageMaker gives them.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
 */
export const logStreams = {
  training: (trainingJobName: string): LogStream => ({
    logGroupName: "/aws/sagemaker/TrainingJobs",
    logStreamName: `${trainingJobName}/algo-1-${seconds()}`,
  }),
  transform: (transformJobName: string): LogStream => ({
    logGroupName: "/aws/sagemaker/TransformJobs",
    logStreamName: `${transformJobName}/${instanceId()}-${seconds()}`,
  }),
  endpoint: (endpointName: string, variantName: string): LogStream => ({
    logGroupName: `/aws/sagemaker/Endpoints/${endpointName}`,
    logStreamName: `${variantName}/${instanceId()}`,
  }),
};

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function instanceId(): string {
  return `i-${randomBytes(9).toString("hex").slice(0, 17)}`;
}
