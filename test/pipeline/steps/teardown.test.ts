import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateHyperParameterTuningJobCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
  type HyperParameterTrainingJobDefinition,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { LocalAws } from "../../../local/aws.ts";
import type { Config } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { keys } from "../../../pipeline/names.ts";
import { teardown, TeardownError } from "../../../pipeline/steps/teardown.ts";
import { tags } from "../../../pipeline/tags.ts";
import { image, putModel, until } from "../../local/sagemaker/fixture.ts";
import { trainingJob } from "../../local/sagemaker/training/training-fixture.ts";
import { all, configOf, openStand, pollIntervalMs, type Stand } from "./teardown-stand.ts";

let stand: Stand;
let aws: LocalAws;
let context: Context;

beforeAll(async () => {
  stand = await openStand();
  ({ aws, context } = stand);
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const remove = (config: Config, input: { dryRun?: boolean; confirm?: string } = {}) =>
  teardown(context, config, { bucket: aws.bucket, pollIntervalMs, ...input });
const planOf = async (config: Config) => (await remove(config, { dryRun: true })).plan;
const kindsOf = (deletions: readonly { kind: string }[]) =>
  deletions.map(({ kind }) => kind).toSorted();

const notTried = (by: string) => expect.stringContaining(`not tried, since ${by}`);

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
  await stand.deployAll(config);
  const { deleted } = await remove(config);
  expect(kindsOf(deleted)).toEqual([
    "endpoint",
    "endpoint configuration",
    "log group",
    "model",
    "model package group",
    "objects",
    "scaling",
    "stack",
  ]);
  expect((await planOf(config)).deletions).toEqual([]);
  expect(stand.lines).toContain("left: nothing");
});

test("a second teardown finds nothing and succeeds", async () => {
  expect((await remove(configOf("empty"))).deleted).toEqual([]);
});

test("the neighbour environment and what has no tags stay", async () => {
  const [ours, neighbours] = [configOf("ours"), configOf("ours-2")];
  await stand.deployAll(neighbours);
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
  for (const whose of [ours, neighbours]) {
    await s3.send(new PutObjectCommand({ ...object, Key: `${keys.uploads(whose)}photo` }));
  }
  const before = await planOf(neighbours);
  expect((await remove(ours)).deleted.map(({ name }) => name)).toEqual([
    `s3://${aws.bucket}/${keys.environment(ours)}`,
    `s3://${aws.bucket}/${keys.uploads(ours)}`,
  ]);
  expect(await planOf(neighbours)).toEqual(before);
  await sagemaker.send(new DescribeModelCommand({ ModelName }));
  await remove(neighbours);
});

test("training jobs that run are stopped, alone and in a tuning job, whose entry goes too", async () => {
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
  const { HyperParameters, TrainingJobName: _name, Tags, ...definition } = request;
  const tuning = { HyperParameterTuningJobName: "scones-training-tuning" };
  await sagemaker.send(
    new CreateHyperParameterTuningJobCommand({
      ...tuning,
      HyperParameterTuningJobConfig: {
        Strategy: "Bayesian",
        HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
        ResourceLimits: { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 1 },
        ParameterRanges: {
          ContinuousParameterRanges: [{ Name: "momentum", MinValue: "0", MaxValue: "1" }],
        },
      },
      TrainingJobDefinition: {
        ...(definition as HyperParameterTrainingJobDefinition),
        StaticHyperParameters: HyperParameters,
      },
      Tags,
    }),
  );
  await until(async () => kindsOf((await planOf(config)).deletions).includes("job log"));
  const { deleted } = await remove(config);
  expect(deleted).toContainEqual(
    expect.objectContaining({ kind: "tuning job", name: "scones-training-tuning" }),
  );
  expect(new Set(deleted.map(({ kind }) => kind))).toEqual(
    new Set(["tuning job", "training job", "job log", "objects"]),
  );
  await expect(
    sagemaker.send(new DescribeHyperParameterTuningJobCommand(tuning)),
  ).rejects.toMatchObject({ name: "ResourceNotFound" });
  const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
  expect(job.TrainingJobStatus).toBe("Stopped");
});

test("what cannot be deleted stops only what depends on it, and each is named with its reason", async () => {
  const config = configOf("partly");
  await stand.deployAll(config);
  const { sagemaker } = aws.clients;
  sagemaker.middlewareStack.add(
    (next, { commandName }) =>
      (request) => {
        if (commandName === "DeleteEndpointCommand")
          throw new Error("AccessDenied: sagemaker:DeleteEndpoint");
        return next(request);
      },
    { step: "initialize", name: "deny" },
  );
  const error: unknown = await remove(config).catch((reason: unknown) => reason);
  sagemaker.middlewareStack.remove("deny");
  expect(error).toBeInstanceOf(TeardownError);
  const { left, deleted, message } = error as TeardownError;
  expect(left.map(({ kind, reason }) => [kind, reason])).toEqual([
    ["endpoint", "AccessDenied: sagemaker:DeleteEndpoint"],
    ["endpoint configuration", notTried("endpoint scones-partly is still there")],
    ["model", notTried("endpoint configuration")],
    ["log group", notTried("endpoint scones-partly is still there")],
    ["objects", notTried("endpoint scones-partly is still there")],
  ]);
  expect(kindsOf(deleted)).toEqual(["model package group", "scaling", "stack"]);
  expect(message).toContain("run it again.\nleft: endpoint scones-partly: AccessDenied:");
  expect(kindsOf((await remove(config)).deleted)).toEqual(kindsOf(left));
});

test("a dry run is the plan that a teardown then carries out, and what is marked goes only by its name", async () => {
  const config = configOf("planned", all.replace("{", "{ protect: [planned],"));
  await stand.deployAll(config);
  const plan = await planOf(config);
  expect(plan.deletions.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "scaling scones-planned",
    "endpoint scones-planned",
    expect.stringMatching(/^endpoint configuration scones-planned-[0-9a-f]{10}$/),
    "model scones-planned",
    "model package group scones-planned",
    "stack scones-planned-application",
    "log group /aws/sagemaker/Endpoints/scones-planned",
    `objects s3://${aws.bucket}/scones/planned/`,
  ]);
  expect(stand.lines.at(-9)).toMatch(
    /^plan: 8 of planned to delete, which cost \$5\.52 a day, and/,
  );
  expect(await planOf(config)).toEqual(plan);
  // Marked to stay: by pipeline.yaml, and by what was deployed under it.
  await expect(remove(config)).rejects.toThrow(
    /^Environment planned is to stay, by endpoint scones-planned, stack \S+, pipeline.yaml: only a person/,
  );
  const unmarked = configOf("planned");
  await expect(remove(unmarked, { confirm: "plan" })).rejects.toThrow(/"plan" is not it/);
  const done = await remove(unmarked, { confirm: "planned" });
  expect(done.plan).toEqual(plan);
  expect(new Set(done.deleted)).toEqual(new Set(plan.deletions));
});

test("what stays by choice is the registry with its artifacts, and the reports", async () => {
  const config = configOf("history", "{}");
  await stand.deployAll(config);
  const { s3 } = aws.clients;
  const put = (key: string) =>
    s3.send(
      new PutObjectCommand({ Bucket: aws.bucket, Key: keys.environment(config) + key, Body: "a" }),
    );
  await put("evaluations/a/evaluation.json");
  await put("monitoring/report.json");
  await put("datasets/a.png");
  const { plan } = await remove(config);
  expect(plan.kept).toMatchObject([
    { what: "model package group scones-history" },
    { what: "objects of reports", count: 2 },
    { what: "objects of models", count: 1 },
  ]);
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: aws.bucket, Prefix: keys.environment(config) }),
  );
  expect(Contents.map(({ Key }) => Key)).toEqual([
    "scones/history/evaluations/a/evaluation.json",
    "scones/history/monitoring/report.json",
    "scones/history/training/model.tar.gz",
  ]);
  expect((await planOf(config)).deletions).toEqual([]);
  expect(kindsOf((await remove(configOf("history"))).deleted)).toEqual([
    "model package group",
    "objects",
  ]);
});
