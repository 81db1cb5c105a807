import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { SFNClient } from "@aws-sdk/client-sfn";
import type { Clients } from "./context.ts";

const RETRIES = { maxAttempts: 5, retryMode: "adaptive" } as const;

/**
 * The AWS clients that the steps use. Region, credentials and endpoints come from the environment
 * (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SAGEMAKER`, ...), as for every AWS tool.
 */
export function makeClients(
  environment: NodeJS.ProcessEnv = process.env,
  retries: Pick<S3ClientConfig, "maxAttempts" | "retryMode"> = RETRIES,
): Clients {
  const region = regionOf(environment);
  // An endpoint of one's own has neither bucket host names nor Step Functions' `sync-` host.
  const ownEndpoint = environment["AWS_ENDPOINT_URL"] !== undefined;
  const settings = { region, ...retries };
  return {
    s3: new S3Client({ ...settings, forcePathStyle: ownEndpoint }),
    sagemaker: new SageMakerClient(settings),
    runtime: new SageMakerRuntimeClient(settings),
    autoscaling: new ApplicationAutoScalingClient(settings),
    cloudformation: new CloudFormationClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    logs: new CloudWatchLogsClient(settings),
    sfn: new SFNClient({ ...settings, disableHostPrefix: ownEndpoint }),
  };
}

/**
 * An S3 client of the environment as it is now, as `makeClients` has one; it goes on leading there
 * when a local AWS has set the variables anew.
 */
export function makePinnedS3(environment: NodeJS.ProcessEnv = process.env): S3Client {
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 = AWS_ENDPOINT_URL } = environment;
  return new S3Client({
    region: regionOf(environment),
    ...RETRIES,
    ...(AWS_ENDPOINT_URL_S3 === undefined
      ? { ignoreConfiguredEndpointUrls: true }
      : { endpoint: AWS_ENDPOINT_URL_S3, forcePathStyle: true }),
  });
}

function regionOf(environment: NodeJS.ProcessEnv): string {
  return environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1";
}

export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
}
