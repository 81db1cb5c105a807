import { fileURLToPath } from "node:url";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreateTrainingJobCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
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
import { image, putModel, role, trainingJob } from "../../local/sagemaker/fixture.ts";

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
  await aws.clients.s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
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
  const ModelDataUrl = `s3://pictures/models/${name}.tar.gz`;
  await putModel({ s3 }, `models/${name}.tar.gz`, { answer: [0.75, 0.25] });
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: role,
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
  await deployStack(context, config, { endpointName, bucket: aws.bucket, pollIntervalMs });
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
  const stranger = { ModelName: "scones-ours-untagged", ExecutionRoleArn: role };
  await putModel({ s3 }, "models/a.tar.gz", { answer: [0.75, 0.25] });
  const PrimaryContainer = { Image: image, ModelDataUrl: "s3://pictures/models/a.tar.gz" };
  await sagemaker.send(new CreateModelCommand({ ...stranger, PrimaryContainer }));
  const object = { Bucket: aws.bucket, Key: `${keys.environment(ours)}datasets/a.png`, Body: "a" };
  await s3.send(new PutObjectCommand(object));
  const before = await inventory(context, neighbours, { bucket: aws.bucket });
  expect((await remove(ours)).deleted.map(({ kind }) => kind)).toEqual(["objects"]);
  expect(await inventory(context, neighbours, { bucket: aws.bucket })).toEqual(before);
  await sagemaker.send(new DescribeModelCommand({ ModelName: stranger.ModelName }));
  await remove(neighbours);
});

test("a training job that runs is stopped", async () => {
  const config = configOf("training");
  const { sagemaker, s3 } = aws.clients;
  for (const channel of ["train", "validation"]) {
    const Key = `data/${channel}/part-0.rec`;
    await s3.send(new PutObjectCommand({ Bucket: "pictures", Key, Body: channel }));
  }
  const TrainingJobName = "scones-training-1";
  const HyperParameters = { act: "hang" };
  await sagemaker.send(
    new CreateTrainingJobCommand({
      ...trainingJob(TrainingJobName, { HyperParameters }),
      Tags: tags(config),
    }),
  );
  expect((await remove(config)).deleted).toMatchObject([{ kind: "training job" }]);
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
