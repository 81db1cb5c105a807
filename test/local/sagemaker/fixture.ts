import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type CreateEndpointConfigCommandInput,
  DescribeEndpointCommand,
  type ProductionVariant,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { ministackIam } from "../../../local/iam.ts";
import { startMinistack } from "../../../local/ministack.ts";
import { type SageMakerOptions, startSageMaker } from "../../../local/sagemaker/server.ts";
import { ensureVenv } from "../../../local/venv.ts";

export const image = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1";
export const role = "arn:aws:iam::000000000000:role/execution";
export const bucket = "pictures";

const region = "us-east-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const fakeAlgorithm = fileURLToPath(new URL("fake-algorithm", import.meta.url));

/** botocore's API models in the project's `.venv`. */
export async function apiModels(): Promise<string> {
  const lib = path.join(await ensureVenv(console.log), "lib");
  const python = (await readdir(lib)).find((name) => name.startsWith("python3")) ?? "";
  return path.join(lib, python, "site-packages/botocore/data");
}

export type Fixture = Awaited<ReturnType<typeof startFixture>>;

/**
 * ministack with an empty bucket, the local SageMaker over the fake algorithm, and clients. `underRoles`
 * lets ministack's IAM decide what jobs and endpoints may do.
 */
export async function startFixture({
  underRoles = false,
  ...options
}: Partial<SageMakerOptions> & { readonly underRoles?: boolean } = {}) {
  const ministack = await startMinistack({ venv: await ensureVenv(console.log), region });
  const server = await startSageMaker({
    region,
    apiModels: await apiModels(),
    s3Endpoint: ministack.endpoint,
    cloudWatchEndpoint: ministack.endpoint,
    algorithmDir: fakeAlgorithm,
    ...(underRoles && { authority: ministackIam(ministack.endpoint) }),
    ...options,
  }).catch(async (error: unknown) => {
    await ministack.stop();
    throw error;
  });
  const settings = { region, credentials, endpoint: server.endpoint, maxAttempts: 1 };
  const s3 = new S3Client({ ...settings, endpoint: ministack.endpoint, forcePathStyle: true });
  const sagemaker = new SageMakerClient(settings);
  const runtime = new SageMakerRuntimeClient(settings);
  const iam = new IAMClient({ ...settings, endpoint: ministack.endpoint });
  const cloudwatch = new CloudWatchClient({ ...settings, endpoint: ministack.endpoint });
  const logs = new CloudWatchLogsClient({ ...settings, endpoint: ministack.endpoint });
  const autoscaling = new ApplicationAutoScalingClient(settings);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    endpoint: server.endpoint,
    close: () => server.close(),
    s3,
    sagemaker,
    runtime,
    autoscaling,
    cloudwatch,
    logs,
    iam,
    async [Symbol.asyncDispose]() {
      for (const client of [s3, sagemaker, runtime, autoscaling, cloudwatch, logs, iam])
        client.destroy();
      await server.close();
      await ministack.stop();
    },
  };
}

export async function put(
  { s3 }: Pick<Fixture, "s3">,
  key: string,
  body: string | Uint8Array,
  Bucket = bucket,
) {
  await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
}

export async function get({ s3 }: Pick<Fixture, "s3">, key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

export async function keys({ s3 }: Pick<Fixture, "s3">, prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
  );
  return Contents.map(({ Key = "" }) => Key);
}

/** Asks until `look` finds something, for half a minute. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (let left = 1200; left > 0; left--) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error("it did not happen within half a minute");
}

/** What the fake algorithm's serving container does; see fake-algorithm/serve.ts. */
export interface FakeModel {
  readonly answer: number[];
  readonly start?: string;
  readonly status?: number;
  readonly delayMs?: number;
}

/** A model archive whose serving container answers `answer`. */
export async function putModel(
  fixture: Pick<Fixture, "s3">,
  key: string,
  content: FakeModel,
  Bucket = bucket,
): Promise<void> {
  const archive = pack();
  const bytes = buffer(archive.pipe(createGzip()));
  archive.entry({ name: "model.json" }, JSON.stringify(content));
  archive.finalize();
  await put(fixture, key, await bytes, Bucket);
}

/** A model of the same name as its archive, answering `answer`. */
export async function createModel(
  fixture: Fixture,
  ModelName: string,
  content: FakeModel = { answer: [0.75, 0.25] },
): Promise<void> {
  await putModel(fixture, `models/${ModelName}.tar.gz`, content);
  const ModelDataUrl = `s3://${bucket}/models/${ModelName}.tar.gz`;
  await fixture.sagemaker.send(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: role,
      PrimaryContainer: { Image: image, ModelDataUrl },
    }),
  );
}

/** The variant AllTraffic on a number of instances. */
export function onInstances(
  ModelName: string,
  InitialInstanceCount: number,
  changes: Partial<ProductionVariant> = {},
): Pick<CreateEndpointConfigCommandInput, "ProductionVariants"> {
  const VariantName = "AllTraffic";
  const InstanceType = "ml.m5.large";
  const one = { VariantName, ModelName, InstanceType, InitialInstanceCount, ...changes } as const;
  return { ProductionVariants: [one] };
}

/** An endpoint configuration of one variant over a model, of the model's name unless changed. */
export async function createConfig(
  { sagemaker }: Fixture,
  ModelName: string,
  changes: Partial<CreateEndpointConfigCommandInput> = {},
): Promise<void> {
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: ModelName,
      ...onInstances(ModelName, 1),
      ...changes,
    }),
  );
}

/** Waits until an endpoint's status is none that passes by itself. */
export async function settled({ sagemaker }: Fixture, EndpointName: string) {
  return until(async () => {
    const found = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    return (
      !["Creating", "Updating", "RollingBack", "Deleting"].includes(found.EndpointStatus ?? "") &&
      found
    );
  });
}

/** What an endpoint answers, parsed. */
export async function invoke(
  { runtime }: Fixture,
  EndpointName: string,
  body = "picture",
): Promise<unknown> {
  const answer = await runtime.send(
    new InvokeEndpointCommand({ EndpointName, ContentType: "image/png", Body: body }),
  );
  return JSON.parse(answer.Body.transformToString());
}

/** Model, configuration and endpoint of one name, in service. */
export async function createEndpoint(
  fixture: Fixture,
  name: string,
  config: Partial<CreateEndpointConfigCommandInput> = {},
) {
  await createModel(fixture, name);
  await createConfig(fixture, name, config);
  const request = { EndpointName: name, EndpointConfigName: name };
  await fixture.sagemaker.send(new CreateEndpointCommand(request));
  return settled(fixture, name);
}
