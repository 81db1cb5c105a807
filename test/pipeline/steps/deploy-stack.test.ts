import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MAX_PICTURE_BYTES } from "../../../lambdas/picture.ts";
import { parseConfig } from "../../../pipeline/config.ts";
import { execute } from "../../../pipeline/application/execution.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { deployStack, type DeployedApplication } from "../../../pipeline/steps/deploy-stack.ts";
import { subscribe } from "../application/notices.ts";
import { bucket, openStand, pictureOf, type Stand, strangerOf } from "../stand.ts";

const config = parseConfig("environment: test");
const folder = "scones/test/datasets/";
const input = { endpointName: "scones-test", bucket, pollIntervalMs: 100 };

let stand: Stand;
let application: DeployedApplication;

beforeAll(async () => {
  stand = await openStand();
  application = await deployStack(stand.context, config, input);
});

afterAll(async () => stand[Symbol.asyncDispose]());

const send = (key: string) =>
  execute(stand.context, application.stateMachineArn, {
    bucket,
    key,
    inferenceId: "verification-1",
  });

test("running the step twice does the work once", async () => {
  stand.lines.length = 0;
  expect(await deployStack(stand.context, config, input)).toEqual({
    ...application,
    change: "unchanged",
    changes: [],
  });
  expect(stand.lines.filter((line) => line.startsWith("sent"))).toEqual([]);
  expect(stand.lines.filter((line) => line.endsWith("is there already"))).toHaveLength(7);
});

test("the first deployment names each resource that it adds", () => {
  expect(application.change).toBe("created");
  expect(application.changes).toContainEqual({
    action: "Add",
    logicalId: "StateMachine",
    type: "AWS::StepFunctions::StateMachine",
    replacement: false,
  });
});

test("a stack carries its environment, and the time when that expires, as tags", async () => {
  const brief = parseConfig("environment: brief");
  const expiresAt = new Date(Date.UTC(2026, 0, 31));
  const { stackName } = await deployStack(stand.context, brief, { ...input, expiresAt });
  const { cloudformation } = stand.context.clients;
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
  expect(Stacks?.[0]?.Tags).toEqual([
    { Key: "scones:project", Value: "scones" },
    { Key: "scones:environment", Value: "brief" },
    { Key: "scones:expires-at", Value: "2026-01-31T00:00:00.000Z" },
    { Key: "scones:keep", Value: "false" },
  ]);
});

test("a picture that the model is sure of comes back with its bay and orders", async () => {
  const { status, output } = await send(await stand.put(`${folder}bicycle.png`, pictureOf(0.96)));
  expect(status).toBe("SUCCEEDED");
  expect(output).toEqual({
    s3_bucket: bucket,
    s3_key: `${folder}bicycle.png`,
    inferences: [expect.closeTo(0.96, 2), expect.closeTo(0.04, 2), 0],
    vehicle: "bicycle",
    confidence: expect.closeTo(0.96, 2),
    bay: "A",
    orders: "0-2 km",
  });
  const motorcycle = await send(await stand.put(`${folder}motorcycle.png`, pictureOf(0.02)));
  expect(motorcycle.output).toMatchObject({ vehicle: "motorcycle", bay: "B", orders: "2-10 km" });
  expect(stand.asked.at(-1)).toBe("image/png /endpoints/scones-test/invocations");
});

test("the largest picture that is taken goes through", async () => {
  const largest = Buffer.concat([pictureOf(1), Buffer.alloc(MAX_PICTURE_BYTES)]);
  const key = await stand.put(`${folder}largest.png`, largest.subarray(0, MAX_PICTURE_BYTES));
  expect(await send(key)).toMatchObject({ status: "SUCCEEDED", output: { vehicle: "bicycle" } });
});

test("low confidence ends in THRESHOLD_CONFIDENCE_NOT_MET and says how low", async () => {
  const execution = await send(await stand.put(`${folder}unsure.png`, pictureOf(0.6)));
  expect(execution).toMatchObject({
    status: "FAILED",
    error: "THRESHOLD_CONFIDENCE_NOT_MET",
    cause: "bicycle with a confidence of 0.6, below 0.93",
  });
});

test("a picture of anything else ends in NOT_A_KNOWN_VEHICLE, however sure the model is", async () => {
  const sure = await send(await stand.put(`${folder}cow.png`, strangerOf(1)));
  expect(sure).toMatchObject({
    status: "FAILED",
    error: "NOT_A_KNOWN_VEHICLE",
    cause: "background with a probability of 1",
  });
  const unsure = await send(await stand.put(`${folder}calf.png`, strangerOf(0.6)));
  expect(unsure).toMatchObject({ status: "FAILED", error: "NOT_A_KNOWN_VEHICLE" });
});

test.each([
  ["a key outside the allowed prefix", "scones/test/code/x.png", pictureOf(1), "is outside s3://"],
  ["what is no picture", `${folder}text.png`, Buffer.from("no picture"), "neither PNG nor JPEG"],
  ["an oversized object", `${folder}large.png`, Buffer.alloc(20_000_001), "20000001 bytes"],
  ["a picture that unpacks to hundreds of MB", `${folder}bomb.png`, bomb(), "30000x30000 pixels"],
])("%s is refused before decoding", async (_what, key, body, reason) => {
  const asked = stand.asked.length;
  const execution = await send(await stand.put(key, body));
  expect(execution.status).toBe("FAILED");
  expect(execution.cause).toContain(reason);
  expect(stand.asked).toHaveLength(asked);
});

test("an endpoint that fails ends the execution with the endpoint's error", async () => {
  const key = await stand.put(`${folder}flat.png`, encodePng(new Uint8Array(24), 8, 1));
  const execution = await send(key);
  expect(execution.status).toBe("FAILED");
  expect(execution.cause).toContain("the container said no");
});

test("every failed execution is published with its error, cause and the picture's place, without the picture", async () => {
  await using notices = await subscribe(stand, application.topicArn);
  const key = await stand.put(`${folder}unsure.png`, pictureOf(0.6));
  const { arn } = await send(key);
  await notices.until(1);
  const error = "THRESHOLD_CONFIDENCE_NOT_MET";
  const cause = "bicycle with a confidence of 0.6, below 0.93";
  const picture = { s3_bucket: bucket, s3_key: key };
  expect(notices.messages[0]).toEqual({ error, cause, execution: arn, picture });
  const nowhere = { s3_bucket: "", s3_key: "" };
  const image_data = pictureOf(0.6).toString("base64");
  for (const [event, expected] of [
    [{ image_data, ...nowhere }, error],
    [{ image_data }, expect.any(String)],
  ] as const) {
    const before = notices.messages.length;
    await startSync(event);
    await notices.until(before + 1);
    const { error: told, ...notice } = notices.messages.at(-1) as { error: string };
    expect(told).toEqual(expected);
    expect(notice).toMatchObject({ picture: nowhere });
    expect(JSON.stringify(notice)).not.toContain(image_data);
  }
});

const startSync = async (event: unknown) =>
  stand.context.clients.sfn.send(
    new StartSyncExecutionCommand({
      stateMachineArn: application.stateMachineArn,
      input: JSON.stringify(event),
    }),
  );

test("the reading Lambda's role opens no object outside the prefix", async () => {
  const lambda = new LambdaClient({ region: "us-east-1" });
  const FunctionName = `${application.stackName}-serialize`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables };
  const set = (PICTURE_PREFIXES: string) =>
    lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { ...Variables, PICTURE_PREFIXES } },
      }),
    );
  await set("scones/");
  const { cause } = await send(await stand.put("scones/other.png", pictureOf(1)));
  await set(Variables["PICTURE_PREFIXES"] ?? "");
  lambda.destroy();
  expect(cause).toMatch(/AccessDenied|not authorized|Access Denied/);
});

function bomb(): Buffer {
  const png = pictureOf(1);
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  return png;
}
