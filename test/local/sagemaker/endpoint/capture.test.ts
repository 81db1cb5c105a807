import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataCaptureConfig } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import {
  bucket,
  createEndpoint,
  type Fixture,
  get,
  keys,
  startFixture,
  until,
} from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

function capture(changes: Partial<DataCaptureConfig> = {}) {
  const DataCaptureConfig: DataCaptureConfig = {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: `s3://${bucket}/capture/`,
    CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
    CaptureContentTypeHeader: { JsonContentTypes: ["application/json"] },
    ...changes,
  };
  return { DataCaptureConfig };
}

const invoke = (EndpointName: string, InferenceId?: string) =>
  fixture.runtime.send(
    new InvokeEndpointCommand({
      EndpointName,
      ContentType: "image/png",
      Body: "picture",
      InferenceId,
    }),
  );

async function records(endpoint: string): Promise<{ files: string[]; lines: string[] }> {
  const files = await keys(fixture, `capture/${endpoint}/`);
  const texts = await Promise.all(files.map((file) => get(fixture, file)));
  return { files, lines: texts.flatMap((text) => text.toString().trimEnd().split("\n")) };
}

test("every invocation is captured in the documented layout and shape, many in a file", async () => {
  await createEndpoint(fixture, "watched", capture());
  await Promise.all(Array.from({ length: 10 }, (_, i) => invoke("watched", `order-${i}`)));
  const { files, lines } = await until(async () => {
    const found = await records("watched");
    return found.lines.length === 10 && found;
  });
  expect(files.length).toBeLessThan(3);
  expect(files[0]).toMatch(
    /^capture\/watched\/AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
  );
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(parsed[0]).toEqual({
    captureData: {
      endpointInput: {
        observedContentType: "image/png",
        mode: "INPUT",
        data: Buffer.from("picture").toString("base64"),
        encoding: "BASE64",
      },
      endpointOutput: {
        observedContentType: "application/json",
        mode: "OUTPUT",
        data: "[0.75,0.25]",
        encoding: "JSON",
      },
    },
    eventMetadata: {
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      inferenceId: expect.stringMatching(/^order-\d$/),
      inferenceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
    eventVersion: "0",
  });
});

test("without JsonContentTypes the answer is base64 too; only the sides asked for are there", async () => {
  await createEndpoint(
    fixture,
    "plain",
    capture({ CaptureOptions: [{ CaptureMode: "Output" }], CaptureContentTypeHeader: undefined }),
  );
  await invoke("plain");
  const { lines } = await until(async () => {
    const found = await records("plain");
    return found.lines.length > 0 && found;
  });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    captureData: {
      endpointOutput: { encoding: "BASE64", data: Buffer.from("[0.75,0.25]").toString("base64") },
    },
  });
  expect(lines[0]).not.toContain("endpointInput");
});

test("a sample of 0% and a capture that is off write nothing", async () => {
  const off = await createEndpoint(fixture, "off", capture({ EnableCapture: false }));
  expect(off.DataCaptureConfig?.CaptureStatus).toBe("Stopped");
  const none = await createEndpoint(fixture, "none", capture({ InitialSamplingPercentage: 0 }));
  expect(none.DataCaptureConfig).toMatchObject({
    CaptureStatus: "Started",
    CurrentSamplingPercentage: 0,
  });
  await Promise.all([invoke("off"), invoke("none")]);
  await fixture.close();
  expect(await keys(fixture, "capture/off/")).toEqual([]);
  expect(await keys(fixture, "capture/none/")).toEqual([]);
});

test("what is captured just before the end is written", async () => {
  const own = await startFixture();
  try {
    await createEndpoint(own, "last", capture());
    await own.runtime.send(new InvokeEndpointCommand({ EndpointName: "last", Body: "picture" }));
    await own.close();
    expect(await keys(own, "capture/last/")).toHaveLength(1);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});
