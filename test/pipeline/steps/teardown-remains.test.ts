import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { PutDashboardCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateLogGroupCommand, CreateLogStreamCommand } from "@aws-sdk/client-cloudwatch-logs";
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
import { trainingJob } from "../../local/sagemaker/training-fixture.ts";
import { everything } from "../everything.ts";
import { configOf, openStand, pollIntervalMs, type Stand } from "./teardown-stand.ts";

let stand: Stand;
/** The account's root. */
let root: Context;

beforeAll(async () => {
  stand = await openStand();
  root = { ...stand.context, clients: rootClients(stand.aws.clients, "us-east-1") };
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

async function logGroup(logGroupName: string, whose?: ReturnType<typeof neighbour>): Promise<void> {
  const found = Object.fromEntries(
    (whose === undefined ? [] : tags(whose)).map(({ Key, Value }) => [Key, Value]),
  );
  await root.clients.logs.send(new CreateLogGroupCommand({ logGroupName, tags: found }));
}

async function alarm(AlarmName: string, Tags: ReturnType<typeof tags> = []): Promise<void> {
  const request = {
    AlarmName,
    Tags,
    Namespace: "Scones",
    MetricName: "Drift",
    Statistic: "Maximum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
  } as const;
  await root.clients.cloudwatch.send(new PutMetricAlarmCommand(request));
}

const dashboard = (DashboardName: string) =>
  root.clients.cloudwatch.send(
    new PutDashboardCommand({ DashboardName, DashboardBody: '{"widgets":[]}' }),
  );

test("fault 60: of the logs of all jobs those of the environment's own go, by the tags of their jobs", async () => {
  const config = configOf("logs");
  await trained("scones-logs-2-1a2b3c4d5e", tags(neighbour("logs-2")));
  await trained("scones-logs-untagged", []);
  const group = { logGroupName: "/aws/sagemaker/TrainingJobs" };
  await root.clients.logs.send(
    new CreateLogStreamCommand({ ...group, logStreamName: "scones-logs-nobodys/algo-1-1" }),
  );
  await logGroup("/aws/sagemaker/Endpoints/scones-logs-2");
  const before = await kept();
  await trained("scones-logs-1a2b3c4d5e", tags(config));
  await logGroup("/aws/sagemaker/Endpoints/scones-logs");
  const { deleted } = await remove(config);
  expect(deleted.map(({ kind, name, count }) => [kind, name, count])).toEqual([
    ["log group", "/aws/sagemaker/Endpoints/scones-logs", undefined],
    ["job log", "/aws/sagemaker/TrainingJobs/scones-logs-1a2b3c4d5e", 1],
  ]);
  expect(await kept()).toEqual(before);
});

test("fault 60: what a stack that is gone left behind goes by exact tags, its dashboard by the stack's exact name", async () => {
  const config = configOf("half");
  const stack = "scones-half-application";
  const other = neighbour("half-application");
  await logGroup(`/aws/lambda/${stack}-strange`);
  await logGroup(`/aws/lambda/${stack}-application-serialize`, other);
  await logGroup(`/aws/vendedlogs/apis/${stack}-application`, other);
  await alarm(`${stack}-strange`);
  await alarm(`${stack}-application-5xx-errors`, tags(other));
  await dashboard(`${stack}-application`);
  const before = await kept();
  await logGroup(`/aws/lambda/${stack}-serialize`, config);
  await logGroup(`/aws/vendedlogs/states/${stack}-classify`, config);
  await logGroup(`/aws/vendedlogs/apis/${stack}`, config);
  await alarm(`${stack}-5xx-errors`, tags(config));
  await dashboard(stack);
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
  await dashboard(StackName);
  expect((await remove(configOf("taken"))).deleted).toEqual([]);
});
