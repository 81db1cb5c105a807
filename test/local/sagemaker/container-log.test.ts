import {
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  type LogStream,
} from "@aws-sdk/client-cloudwatch-logs";
import { DeleteEndpointCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ContainerLog } from "../../../local/sagemaker/container-log.ts";
import { createEndpoint, type Fixture, startFixture, until } from "./fixture.ts";
import { putChannels, train, trainingJob } from "./training/training-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await putChannels(fixture);
});

afterAll(() => fixture[Symbol.asyncDispose]());

async function streamsOf(logGroupName: string): Promise<LogStream[]> {
  const request = new DescribeLogStreamsCommand({ logGroupName });
  const { logStreams = [] } = await fixture.logs.send(request);
  return logStreams;
}

/** What the only stream of a group has. */
async function logged(logGroupName: string) {
  const [{ logStreamName } = {}, ...others] = await streamsOf(logGroupName);
  expect(others).toEqual([]);
  const request = { logGroupName, logStreamName, startFromHead: true };
  const { events = [] } = await fixture.logs.send(new GetLogEventsCommand(request));
  return { logStreamName, lines: events.map(({ message }) => message) };
}

test("once a training job has failed, its stream says what its container said, errors too", async () => {
  await train(fixture, trainingJob("logged-training", { HyperParameters: { act: "crash" } }));
  const { logStreamName, lines } = await logged("/aws/sagemaker/TrainingJobs");
  expect(logStreamName).toMatch(/^logged-training\/algo-1-\d{10}$/);
  expect(lines).toEqual(
    expect.arrayContaining(["Epoch[0] Train-accuracy=0.5", expect.stringContaining("no memory")]),
  );
});

test("an endpoint has a log group of its own, with a stream an instance, and writes none once it is gone", async () => {
  await createEndpoint(fixture, "logged-endpoint");
  const group = "/aws/sagemaker/Endpoints/logged-endpoint";
  const found = await until(() => logged(group).catch(() => undefined));
  expect(found.logStreamName).toMatch(/^AllTraffic\/i-[0-9a-f]{17}$/);
  expect(found.lines).toEqual([expect.stringMatching(/^\{"port":\d+\}$/)]);
  const request = new DeleteEndpointCommand({ EndpointName: "logged-endpoint" });
  await fixture.sagemaker.send(request);
});

test("more than CloudWatch takes in one request is written in several, in its order", async () => {
  const stream = { logGroupName: "long", logStreamName: "a" };
  const log = new ContainerLog(fixture.logs, stream);
  const lines = Array.from({ length: 5 }, (_, at) => `${at}`.repeat(300_000));
  for (const line of lines) log.line(line);
  log.line("");
  await log.flush();
  expect((await logged("long")).lines).toEqual(lines);
});
