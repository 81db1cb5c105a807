import { fileURLToPath } from "node:url";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreateTrainingJobCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startLocalAws, type LocalAws } from "../../../local/aws.ts";
import { parseConfig, type Config } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { inventory } from "../../../pipeline/inventory.ts";
import { keys } from "../../../pipeline/names.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../../../pipeline/steps/deploy-stack.ts";
import { teardown, TeardownError } from "../../../pipeline/steps/teardown.ts";
import { tags } from "../../../pipeline/tags.ts";
import { image, putModel, trainingJob } from "../../local/sagemaker/fixture.ts";

let aws: LocalAws;
let context: Context;
const lines: string[] = [];
const pollIntervalMs = 25;

beforeAll(async () => {
  aws = await startLocalAws({
    region: "us-east-1",
    log: () => undefined,
    signal: new AbortController().signal,
    algorithmDir: fileURLToPath(new URL("../../local/sagemaker/fake-algorithm", import.meta.url)),
  });
  context = {
    clients: aws.clients,
    progress: { line: (text) => lines.push(text), count: () => undefined },
    signal: new AbortController().signal,
  };
});

afterAll(async () => {
  await aws[Symbol.asyncDispose]();
});

const configOf = (environment: string) => parseConfig(`environment: ${environment}`);
const remove = (config: Config) =>
  teardown(context, config, { bucket: aws.bucket, pollIntervalMs });

/** A served, scaled model of an environment with its package, application and an object. */
async function deployAll(config: Config): Promise<void> {
  const { sagemaker, s3 } = aws.clients;
  const name = `scones-${config.environment}`;
  const key = `${keys.training(config)}model.tar.gz`;
  const ModelDataUrl = `s3://${aws.bucket}/${key}`;
  await putModel({ s3 }, key, { answer: [0.75, 0.25] }, aws.bucket);
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: aws.executionRoleArn,
      PrimaryContainer: { Image: image, ModelDataUrl },
      Tags: tags(config),
    }),
  );
  await sagemaker.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName: name, Tags: tags(config) }),
  );
  const { ModelPackageArn = "" } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: name,
      ModelApprovalStatus: "Approved",
      CustomerMetadataProperties: { trainingJobName: name },
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl }],
        SupportedContentTypes: ["image/png"],
        SupportedResponseMIMETypes: ["application/json"],
      },
    }),
  );
  const { endpointName } = await deployEndpoint(context, config, {
    modelPackageArn: ModelPackageArn,
    bucket: aws.bucket,
    pollIntervalMs,
  });
  await deployStack(context, config, { ...aws, endpointName, pollIntervalMs });
}

/** What the pipeline's role may not do. */
async function asRoot(command: CreateModelCommand): Promise<void> {
  const client = new SageMakerClient({
    endpoint: aws.environment["AWS_ENDPOINT_URL_SAGEMAKER"] ?? "",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await client.send(command);
  client.destroy();
}

test("everything that an environment has goes, and the inventory afterwards is empty", async () => {
  const config = configOf("whole");
  await deployAll(config);
  const { deleted } = await remove(config);
  expect(deleted.map(({ kind }) => kind)).toEqual([
    "scaling",
    "endpoint",
    "endpoint configuration",
    "model",
    "model package group",
    "stack",
    "objects",
  ]);
  expect(await inventory(context, config, { bucket: aws.bucket })).toEqual([]);
  expect(lines.at(-1)).toMatch(/^left: nothing/);
});

test("fault 40: a second teardown finds nothing and succeeds", async () => {
  expect((await remove(configOf("empty"))).deleted).toEqual([]);
});

test("fault 60: the neighbour environment and what has no tags stay", async () => {
  const [ours, neighbours] = [configOf("ours"), configOf("ours-2")];
  await deployAll(neighbours);
  const { sagemaker, s3 } = aws.clients;
  const ModelName = "scones-ours-untagged";
  const key = "scones/strange/training/a.tar.gz";
  await putModel({ s3 }, key, { answer: [0.75, 0.25] }, aws.bucket);
  await asRoot(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: aws.executionRoleArn,
      PrimaryContainer: { Image: image, ModelDataUrl: `s3://${aws.bucket}/${key}` },
    }),
  );
  const object = { Bucket: aws.bucket, Key: `${keys.environment(ours)}datasets/a.png`, Body: "a" };
  await s3.send(new PutObjectCommand(object));
  const before = await inventory(context, neighbours, { bucket: aws.bucket });
  expect((await remove(ours)).deleted.map(({ kind }) => kind)).toEqual(["objects"]);
  expect(await inventory(context, neighbours, { bucket: aws.bucket })).toEqual(before);
  await sagemaker.send(new DescribeModelCommand({ ModelName }));
  await remove(neighbours);
});

test("a training job that runs is stopped", async () => {
  const config = configOf("training");
  const { sagemaker, s3 } = aws.clients;
  const Key = `${keys.environment(config)}datasets/train/part-0.rec`;
  await s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: "train" }));
  const TrainingJobName = "scones-training-1";
  const S3Uri = `s3://${aws.bucket}/${keys.environment(config)}datasets/train/`;
  const S3DataSource = { S3DataType: "S3Prefix" as const, S3Uri };
  const request = trainingJob(TrainingJobName, {
    RoleArn: aws.executionRoleArn,
    HyperParameters: { act: "hang" },
    InputDataConfig: [{ ChannelName: "train", DataSource: { S3DataSource } }],
    OutputDataConfig: { S3OutputPath: `s3://${aws.bucket}/${keys.training(config)}` },
    Tags: tags(config),
  });
  await sagemaker.send(new CreateTrainingJobCommand(request));
  const kinds = (await remove(config)).deleted.map(({ kind }) => kind);
  expect(kinds).toEqual(["training job", "objects"]);
  const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
  expect(job.TrainingJobStatus).toBe("Stopped");
});

test("fault 61: what cannot be deleted does not stop the rest, and is named", async () => {
  const config = configOf("partly");
  await deployAll(config);
  const { sagemaker } = aws.clients;
  sagemaker.middlewareStack.add(
    (next, { commandName }) =>
      (request) => {
        if (commandName === "DeleteModelCommand")
          throw new Error("AccessDenied: sagemaker:DeleteModel");
        return next(request);
      },
    { step: "initialize", name: "deny" },
  );
  const error: unknown = await remove(config).catch((reason: unknown) => reason);
  sagemaker.middlewareStack.remove("deny");
  expect(error).toBeInstanceOf(TeardownError);
  expect((error as TeardownError).left).toEqual([{ kind: "model", name: "scones-partly" }]);
  expect((error as TeardownError).message).toContain("AccessDenied: sagemaker:DeleteModel");
  expect((await remove(config)).deleted).toMatchObject([{ kind: "model" }]);
});

test("a dry run plans what a teardown deletes, and deletes nothing", async () => {
  const config = configOf("planned");
  const object = {
    Bucket: aws.bucket,
    Key: `${keys.environment(config)}datasets/a.png`,
    Body: "a",
  };
  await aws.clients.s3.send(new PutObjectCommand(object));
  const input = { bucket: aws.bucket, pollIntervalMs };
  const plan = await teardown(context, config, { ...input, dryRun: true });
  expect(plan).toMatchObject({ deleted: [], planned: [{ kind: "objects", count: 1 }] });
  expect(lines.at(-1)).toMatch(/^would delete: 1 objects in s3:/);
  expect(await inventory(context, config, input)).toEqual(plan.planned);
  expect((await remove(config)).deleted).toEqual(plan.planned);
});
