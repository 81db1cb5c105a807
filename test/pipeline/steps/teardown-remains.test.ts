import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreateLogStreamCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { rootClients } from "../../../local/workflows/state.ts";
import type { Config } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { keys } from "../../../pipeline/names.ts";
import { teardown } from "../../../pipeline/steps/teardown.ts";
import { tags } from "../../../pipeline/tags.ts";
import { until } from "../../local/sagemaker/fixture.ts";
import { trainingJob } from "../../local/sagemaker/training/training-fixture.ts";
import { everything } from "../teardown/everything.ts";
import { planting } from "../teardown/planted.ts";
import { configOf, openStand, pollIntervalMs, type Stand } from "./teardown-stand.ts";

let stand: Stand;
/** The account's root. */
let root: Context;
let plant: ReturnType<typeof planting>;

beforeAll(async () => {
  stand = await openStand();
  root = { ...stand.context, clients: rootClients(stand.aws.clients, "us-east-1") };
  plant = planting(root.clients);
  const object = { Bucket: stand.aws.bucket, Key: data, Body: "train" };
  await root.clients.s3.send(new PutObjectCommand(object));
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const neighbour = (environment: string) => ({ project: "scones", environment });
const data = `${keys.environment(neighbour("data"))}datasets/train/part-0.rec`;
const remove = (config: Config) =>
  teardown(stand.context, config, { bucket: stand.aws.bucket, pollIntervalMs });
const kept = () => everything(root, stand.aws.bucket);

/** A training job that has ended, and so has left its log. */
async function trained(name: string, Tags: ReturnType<typeof tags>): Promise<void> {
  const { sagemaker } = root.clients;
  const { bucket, executionRoleArn: RoleArn } = stand.aws;
  const S3DataSource = { S3DataType: "S3Prefix" as const, S3Uri: `s3://${bucket}/${data}` };
  const request = trainingJob(name, {
    RoleArn,
    HyperParameters: { act: "crash" },
    InputDataConfig: [{ ChannelName: "train", DataSource: { S3DataSource } }],
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/scones/data/training/` },
    Tags,
  });
  await sagemaker.send(new CreateTrainingJobCommand(request));
  await until(async () => {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return job.TrainingJobStatus === "Failed";
  });
}

test("of the logs of all jobs those of the environment's own go, by the tags of their jobs", async () => {
  const config = configOf("logs");
  await trained("scones-logs-2-1a2b3c4d5e", tags(neighbour("logs-2")));
  await trained("scones-logs-untagged", []);
  const group = { logGroupName: "/aws/sagemaker/TrainingJobs" };
  await root.clients.logs.send(
    new CreateLogStreamCommand({ ...group, logStreamName: "scones-logs-nobodys/algo-1-1" }),
  );
  await plant.logGroup("/aws/sagemaker/Endpoints/scones-logs-2");
  const before = await kept();
  await trained("scones-logs-1a2b3c4d5e", tags(config));
  await plant.logGroup("/aws/sagemaker/Endpoints/scones-logs");
  const { deleted } = await remove(config);
  expect(deleted.map(({ kind, name, count }) => [kind, name, count])).toEqual([
    ["log group", "/aws/sagemaker/Endpoints/scones-logs", undefined],
    ["job log", "/aws/sagemaker/TrainingJobs/scones-logs-1a2b3c4d5e", 1],
  ]);
  expect(await kept()).toEqual(before);
});

test("what a stack that is gone left behind goes by exact tags, its dashboard by the stack's exact name", async () => {
  const config = configOf("half");
  const stack = "scones-half-application";
  const other = neighbour("half-application");
  await plant.logGroup(`/aws/lambda/${stack}-strange`);
  await plant.logGroup(`/aws/lambda/${stack}-application-serialize`, tags(other));
  await plant.logGroup(`/aws/vendedlogs/apis/${stack}-application`, tags(other));
  await plant.alarm(`${stack}-strange`);
  await plant.alarm(`${stack}-application-5xx-errors`, tags(other));
  await plant.dashboard(`${stack}-application`);
  const before = await kept();
  await plant.logGroup(`/aws/lambda/${stack}-serialize`, tags(config));
  await plant.logGroup(`/aws/vendedlogs/states/${stack}-classify`, tags(config));
  await plant.logGroup(`/aws/vendedlogs/apis/${stack}`, tags(config));
  await plant.alarm(`${stack}-5xx-errors`, tags(config));
  await plant.dashboard(stack);
  const { plan, deleted } = await remove(config);
  expect(deleted.map(({ kind, name, why }) => [kind, name, why])).toEqual([
    ["alarm", `${stack}-5xx-errors`, "its tags"],
    ["dashboard", stack, `its stack ${stack}`],
    ["log group", `/aws/lambda/${stack}-serialize`, "its tags"],
    ["log group", `/aws/vendedlogs/states/${stack}-classify`, "its tags"],
    ["log group", `/aws/vendedlogs/apis/${stack}`, "its tags"],
  ]);
  expect(plan.usdPerDay).toBeCloseTo((0.1 + 3) / 30);
  expect(await kept()).toEqual(before);
});

test("where somebody else's stack has that name, its dashboard is left", async () => {
  const StackName = "scones-taken-application";
  const TemplateBody = "Resources: { Topic: { Type: AWS::SNS::Topic } }";
  await root.clients.cloudformation.send(new CreateStackCommand({ StackName, TemplateBody }));
  await plant.dashboard(StackName);
  expect((await remove(configOf("taken"))).deleted).toEqual([]);
});

test("a bucket that is not there fails: one that was misspelt would have nothing to delete", async () => {
  const missing = teardown(root, configOf("misspelt"), { bucket: "scones-artefacts" });
  await expect(missing).rejects.toThrow("The bucket scones-artefacts does not exist");
});
