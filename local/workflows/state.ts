import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CloudFormationClient, paginateDescribeStacks } from "@aws-sdk/client-cloudformation";
import { S3Client } from "@aws-sdk/client-s3";
import {
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModelPackageGroups,
  paginateListModels,
  paginateListTrainingJobs,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../../pipeline/config.ts";
import type { Clients, Context } from "../../pipeline/context.ts";
import { describeEndpoint } from "../../pipeline/endpoint/endpoint.ts";
import { keys, names } from "../../pipeline/names.ts";
import { listObjects } from "../../pipeline/s3.ts";
import { ROOT_CREDENTIALS } from "../ministack.ts";
import { describeStack } from "../../pipeline/stack/stack-status.ts";

/** What the workflows have made of the local AWS, as its own APIs tell it. */
export interface AwsState {
  /** Status, configuration and time of the last change: the same as long as nobody touched it. */
  readonly endpoint: string | undefined;
  /** Status of the application's stack. */
  readonly stack: string | undefined;
  /** How many training jobs were ever made. */
  readonly trainingJobs: number;
  /** Everything of the environment that exists, by kind and name; jobs left out, which AWS keeps. */
  readonly resources: readonly string[];
}

/** Clients of the account's root: the pipeline role need not be allowed to see all that there is. */
export function rootClients(clients: Clients, region: string): Clients {
  const root = { region, credentials: ROOT_CREDENTIALS };
  return {
    ...clients,
    s3: new S3Client({ ...root, forcePathStyle: true }),
    sagemaker: new SageMakerClient(root),
    cloudformation: new CloudFormationClient(root),
    cloudwatch: new CloudWatchClient(root),
    logs: new CloudWatchLogsClient(root),
  };
}

/** Looks at everything, whatever tags it carries: teardown's own inventory goes by them. */
export async function awsState(
  context: Context,
  config: Config,
  bucket: string,
): Promise<AwsState> {
  const { sagemaker: client, s3, cloudformation } = context.clients;
  const endpoint = await describeEndpoint(context, names.endpoint(config));
  const stack = await describeStack(context, names.stack(config));
  const resources: string[] = [];
  const add = (kind: string, found: readonly (string | undefined)[] = []) =>
    resources.push(...found.map((name) => `${kind} ${name}`));
  for await (const { Endpoints } of paginateListEndpoints({ client }, {})) {
    add(
      "endpoint",
      Endpoints?.map((each) => each.EndpointName),
    );
  }
  for await (const { EndpointConfigs } of paginateListEndpointConfigs({ client }, {})) {
    add(
      "endpoint configuration",
      EndpointConfigs?.map((each) => each.EndpointConfigName),
    );
  }
  for await (const { Models } of paginateListModels({ client }, {})) {
    add(
      "model",
      Models?.map((each) => each.ModelName),
    );
  }
  const groups = paginateListModelPackageGroups({ client }, {});
  for await (const { ModelPackageGroupSummaryList } of groups) {
    add(
      "model package group",
      ModelPackageGroupSummaryList?.map((each) => each.ModelPackageGroupName),
    );
  }
  const stackPrefix = `${names.endpoint(config)}-`;
  for await (const { Stacks } of paginateDescribeStacks({ client: cloudformation }, {})) {
    add(
      "stack",
      Stacks?.map((each) => each.StackName).filter((name) => name?.startsWith(stackPrefix)),
    );
  }
  for (const prefix of keys.owned(config)) {
    for await (const { key } of listObjects(s3, bucket, prefix)) add("object", [key]);
  }
  let trainingJobs = 0;
  for await (const { TrainingJobSummaries } of paginateListTrainingJobs({ client }, {})) {
    trainingJobs += TrainingJobSummaries?.length ?? 0;
  }
  return {
    endpoint:
      endpoint &&
      [
        endpoint.EndpointStatus,
        endpoint.EndpointConfigName,
        endpoint.LastModifiedTime?.toISOString(),
      ].join(" "),
    stack: stack?.status,
    trainingJobs,
    resources,
  };
}
