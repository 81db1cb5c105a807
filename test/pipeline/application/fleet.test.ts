import { readFile } from "node:fs/promises";
import { TestStateCommand, type TestStateCommandOutput } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { runFleet } from "../../../pipeline/application/fleet.ts";
import { parseS3Uri, readText } from "../../../pipeline/s3.ts";
import { type DeployedApplication, deployStack } from "../../../pipeline/steps/deploy-stack.ts";
import { subscribe } from "./notices.ts";
import { bucket, openStand, pictureOf, type Stand, strangerOf } from "../stand.ts";

const config = parseConfig(
  "environment: test\napplication: { fleet: { batchSize: 8, maxConcurrency: 8 } }",
);
const folder = "scones/test/datasets/fleets/";
const noPicture = Buffer.from("no picture");

interface State {
  readonly ItemProcessor: { readonly States: Readonly<Record<string, State>> };
}
const fleetFile = new URL("../../../cloudformation/classify-fleet.asl.json", import.meta.url);
const { States } = JSON.parse(await readFile(fleetFile, "utf8")) as State["ItemProcessor"];
/** The states that one picture goes through in a batch. */
const ofOnePicture = States["Pictures"]?.ItemProcessor.States["Batch"]?.ItemProcessor.States ?? {};

let stand: Stand;
let application: DeployedApplication;

beforeAll(async () => {
  stand = await openStand();
  application = await deployStack(stand.context, config, {
    endpointName: "scones-test",
    bucket,
    pollIntervalMs: 100,
  });
});

afterAll(async () => stand[Symbol.asyncDispose]());

/** Puts pictures under a prefix of their own and sends the fleet over it. */
async function send(name: string, pictures: readonly Buffer[]) {
  const s3Prefix = `${folder}${name}/`;
  const put = pictures.map((picture, at) => stand.put(`${s3Prefix}${at}.png`, picture));
  const keys = await Promise.all(put);
  return { keys, summary: await run(s3Prefix) };
}

const run = (s3Prefix: string, context = stand.context) =>
  runFleet(context, application.fleetArn, { s3Prefix, timeoutMs: 60_000, pollIntervalMs: 100 });

test("every picture of a fleet is one line, be it routed, unsure or none at all; one notice says so", async () => {
  await using notices = await subscribe(stand, application.topicArn);
  const pictures = Array.from({ length: 61 }, (_, at) => pictureOf(at % 2));
  pictures[7] = pictureOf(0.6);
  pictures[20] = noPicture;
  pictures[33] = strangerOf(1);
  const { keys, summary } = await send("mixed", pictures);
  expect(summary).toMatchObject({
    total: 61,
    routed: 58,
    unsure: 1,
    strangers: 1,
    failed: 1,
    failed_percentage: expect.closeTo(100 / 61),
    vehicles: { bicycle: 28, motorcycle: 30 },
  });
  const { key } = parseS3Uri(summary.results);
  expect(key).toMatch(/^scones\/test\/fleet\/[^/]+\/results\.jsonl$/);
  const text = (await readText(stand.context.clients.s3, bucket, key)) ?? "";
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { s3_key: string });
  expect(lines.map(({ s3_key }) => s3_key).toSorted()).toEqual(keys.toSorted());
  const lineOf = (at: number) => lines.find(({ s3_key }) => s3_key === keys[at]);
  expect(lineOf(1)).toEqual({
    s3_key: keys[1],
    vehicle: "bicycle",
    confidence: 1,
    bay: "A",
    orders: "0-2 km",
  });
  expect(lineOf(7)).toEqual({
    s3_key: keys[7],
    error: "THRESHOLD_CONFIDENCE_NOT_MET",
    cause: "bicycle with a confidence of 0.6, below 0.93",
  });
  expect(lineOf(33)).toMatchObject({ error: "NOT_A_KNOWN_VEHICLE" });
  expect(lineOf(20)).toEqual({
    s3_key: keys[20],
    error: expect.any(String),
    cause: expect.stringContaining("the picture is neither PNG nor JPEG"),
  });
  await notices.until(1);
  expect(notices.messages).toEqual([
    expect.objectContaining({ outcome: summary, input: { s3_prefix: `${folder}mixed/` } }),
  ]);
});

test("a prefix that the application may not read is refused before anything is listed", async () => {
  await stand.put("scones/test/code/1.png", pictureOf(1));
  const asked = stand.asked.length;
  await expect(run("scones/test/code/")).rejects.toThrow(
    "ended FAILED: PREFIX_NOT_ALLOWED s3_prefix must begin with scones/test/datasets/",
  );
  expect(stand.asked).toHaveLength(asked);
});

test("a fleet over nothing fails and says where it looked", async () => {
  await expect(run(`${folder}none/`)).rejects.toThrow(
    `NO_PICTURES There is nothing under s3://${bucket}/${folder}none/`,
  );
});

test("more failed pictures than are tolerated fail the fleet, which says where every line lies", async () => {
  await expect(send("bad", [pictureOf(1), noPicture, pictureOf(0.6)])).rejects.toThrow(
    /TOO_MANY_FAILED 1 of 3 pictures failed, more than the 10% .*\. Every line: s3:\/\/scones-test\/scones\/test\/fleet\/.*results\.jsonl/,
  );
});

test("a cancelled fleet is stopped", async () => {
  const cancel = new AbortController();
  const lines: string[] = [];
  const line = (text: string) => {
    lines.push(text);
    cancel.abort(new Error("cancelled"));
  };
  await stand.put(`${folder}cancelled/1.png`, pictureOf(1));
  const context = {
    ...stand.context,
    signal: cancel.signal,
    progress: { line, count: () => undefined },
  };
  await expect(run(`${folder}cancelled/`, context)).rejects.toThrow("cancelled");
  expect(lines.at(-1)).toMatch(/^cancelled: fleet arn:aws:states:.* is being stopped$/);
});

const silent = "the execution ended without saying why";

test.each([
  [{ Status: "SUCCEEDED", Output: '{"vehicle":"bicycle"}' }, { vehicle: "bicycle" }],
  [
    { Status: "FAILED", Error: "E", Cause: "C" },
    { s3_key: "k", error: "E", cause: "C" },
  ],
  [
    { Status: "TIMED_OUT", Error: "E" },
    { s3_key: "k", error: "E", cause: silent },
  ],
  [{ Status: "FAILED" }, { s3_key: "k", error: "FAILED", cause: silent }],
  [
    { Error: "E", Cause: "caught" },
    { s3_key: "k", error: "E", cause: "caught" },
  ],
  [{ Error: "E" }, { s3_key: "k", error: "E", cause: silent }],
])("an execution that ends as %j is a line, and costs its batch nothing", async (answer, line) => {
  let input = JSON.stringify({ s3_key: "k", answer });
  for (let state: string | undefined = "Answered"; state !== undefined;) {
    const definition = JSON.stringify(ofOnePicture[state]);
    const tested: TestStateCommandOutput = await stand.context.clients.sfn.send(
      new TestStateCommand({ definition, input }),
    );
    input = tested.output ?? "";
    state = tested.nextState;
  }
  expect(JSON.parse(input)).toEqual(line);
});
