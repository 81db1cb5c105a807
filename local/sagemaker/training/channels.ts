import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Channel, S3DataSource } from "@aws-sdk/client-sagemaker";
import { JobFailure } from "../job-failure.ts";
import { downloadAll, objectsUnder, type StoredObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import type { Service } from "../service.ts";
import type { TrainingRequest } from "./training-job.ts";
import type { Valid } from "../valid.ts";

/**
 * Lays a folder out as SageMaker does /opt/ml: `input/config/*.json`, `input/data/<channel>/...`,
 * `model` and `output`, the channels downloaded from S3.
 * @throws JobFailure where a channel has no objects or can't be read.
 */
export async function stageInput(
  service: Service,
  s3: S3Client,
  request: TrainingRequest,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const config = path.join(folder, "input/config");
  await Promise.all(
    [config, path.join(folder, "model"), path.join(folder, "output")].map((name) =>
      mkdir(name, { recursive: true }),
    ),
  );
  const { HyperParameters = {}, InputDataConfig = [], ResourceConfig } = request;
  const hosts = {
    current_host: "algo-1",
    hosts: Array.from({ length: ResourceConfig.InstanceCount }, (_, at) => `algo-${at + 1}`),
    network_interface_name: "eth0",
  };
  const files = {
    "hyperparameters.json": HyperParameters,
    "inputdataconfig.json": Object.fromEntries(
      InputDataConfig.map((channel) => [channel.ChannelName, channelConfig(request, channel)]),
    ),
    "resourceconfig.json": { ...hosts, current_instance_type: ResourceConfig.InstanceType },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(config, name), JSON.stringify(content));
  }
  for (const channel of InputDataConfig) {
    const target = path.join(folder, "input/data", channel.ChannelName);
    await downloadChannel(service, s3, request, channel, target, signal);
  }
}

function channelConfig(request: TrainingRequest, channel: Valid<Channel>) {
  return {
    ContentType: channel.ContentType,
    TrainingInputMode: channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode,
    S3DistributionType:
      channel.DataSource.S3DataSource?.S3DataDistributionType ?? "FullyReplicated",
    RecordWrapperType: channel.RecordWrapperType ?? "None",
  };
}

async function downloadChannel(
  service: Service,
  s3: S3Client,
  request: TrainingRequest,
  channel: Valid<Channel>,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const source = channel.DataSource.S3DataSource;
  if (source === undefined) return;
  const objects = await findInput(service, s3, source, request.RoleArn, signal);
  if (source.S3DataDistributionType === "ShardedByS3Key") refuseIdle(request, channel, objects);
  const { key: prefix } = parseS3Uri(source.S3Uri);
  await downloadAll(s3, objects, { prefix, folder, signal }).catch((error: unknown) => {
    throw new JobFailure(`ClientError: Data download failed:${source.S3Uri}: ${String(error)}`);
  });
}

/** Of the objects each instance gets its share, whole: with fewer objects than instances some get none. */
function refuseIdle(
  { ResourceConfig: { InstanceCount } }: TrainingRequest,
  { ChannelName }: Valid<Channel>,
  { length }: readonly StoredObject[],
): void {
  if (length >= InstanceCount) return;
  throw new JobFailure(
    `ClientError: The channel ${ChannelName} is distributed by ShardedByS3Key and has ${length} ` +
      `objects for ${InstanceCount} instances: algo-${InstanceCount} gets no data.`,
  );
}

/**
 * The objects of a job's input.
 * @throws JobFailure in AWS's words where there is none, or the bucket can't be read.
 */
export async function findInput(
  service: Service,
  s3: S3Client,
  { S3Uri }: Pick<Valid<S3DataSource>, "S3Uri">,
  roleArn: string,
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const objects = await objectsUnder(s3, S3Uri, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === "NoSuchBucket") return [];
    throw new JobFailure(`ClientError: Data download failed:${S3Uri}: ${String(error)}`);
  });
  if (objects.length > 0) return objects;
  const { bucket } = parseS3Uri(S3Uri);
  throw new JobFailure(
    `ClientError: No S3 objects found under S3 URL "${S3Uri}" given in input data source. Please ` +
      `ensure that the bucket exists in the selected region (${service.region}), that objects exist ` +
      `under that S3 prefix, and that the role "${roleArn}" has "s3:ListBucket" permissions on ` +
      `bucket "${bucket}".`,
  );
}
