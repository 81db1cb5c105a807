import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { array, assert, asyncProperty, boolean, integer, string } from "fast-check";
import { captureLines, linesOf, parseCapture } from "../../../pipeline/monitoring/capture.ts";
import { createCapture } from "./captures.ts";

const parse = (line: string, classes = 2) => parseCapture(Buffer.from(line), classes);

test("a record with JSON output is read", () => {
  const line = createCapture({ eventId: "a", data: "[0.998, 0.002]" });
  expect(parse(line)).toEqual({
    eventId: "a",
    labelId: "a",
    inferenceTime: new Date("2026-01-02T03:04:05Z"),
    probabilities: [0.998, 0.002],
    verification: false,
    picture: Buffer.from("iVBORw0KGgo="),
  });
});

test("a record with base64 output is read", () => {
  const data = Buffer.from('{"prediction":[0.25,0.75]}').toString("base64");
  const line = createCapture({ data, encoding: "BASE64" });
  expect(parse(line)?.probabilities).toEqual([0.25, 0.75]);
});

test.each([
  [
    "whose input is text with quotes",
    { inputEncoding: "JSON", picture: Buffer.from('{"a":"b\\""}') },
  ],
  ["whose input is empty", { picture: Buffer.alloc(0) }],
])("a record %s is read whole", (_, overrides) => {
  expect(parse(createCapture(overrides))?.probabilities).toEqual([0.9, 0.1]);
});

test("only a base64 input is a picture", () => {
  const text = { inputEncoding: "CSV", picture: Buffer.from("1,2") };
  expect(parse(createCapture(text))?.picture).toBeUndefined();
  const { captureData, ...rest } = JSON.parse(createCapture({})) as {
    captureData: { endpointInput: unknown; endpointOutput: unknown };
  };
  const { endpointInput, endpointOutput } = captureData;
  const parts = { endpointOutput, endpointInput };
  const turned = parse(JSON.stringify({ ...rest, captureData: parts }));
  expect(turned?.picture?.toString()).toBe("iVBORw0KGgo=");
  const without = parse(JSON.stringify({ ...rest, captureData: { endpointOutput } }));
  expect(without).toMatchObject({ probabilities: [0.9, 0.1] });
  expect(without?.picture).toBeUndefined();
});

test.each([
  ["cut off", createCapture({}).slice(0, 80)],
  ["cut off in its picture", createCapture({}).slice(0, createCapture({}).indexOf("iVBOR") + 5)],
  ["of an unknown encoding", createCapture({ encoding: "CSV" })],
  ["without an output", '{"captureData":{},"eventMetadata":{}}'],
  ["of another number of classes", createCapture({ data: "[0.2,0.3,0.5]" })],
  ["an error's text", createCapture({ data: '"unable to decode"' })],
  ["without a usable time", createCapture({ inferenceTime: "yesterday" })],
])("a line that is %s is no capture", (_, line) => {
  expect(parse(line)).toBeUndefined();
});

test("lines come out whole however the stream is cut, blank ones and line ends not", async () => {
  const line = string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\n\r]/g, ""));
  const sizes = array(integer({ min: 1, max: 9 }), { minLength: 1 });
  await assert(
    asyncProperty(array(line), sizes, boolean(), async (lines, cuts, ended) => {
      const bytes = Buffer.from(lines.join("\n") + (ended ? "\n" : ""));
      const found: string[] = [];
      for await (const some of linesOf(pieces(bytes, cuts))) found.push(...some.map(String));
      expect(found).toEqual(lines.filter((each) => [...Buffer.from(each)].some((one) => one > 32)));
    }),
  );
});

/** As S3, of files with a line each; counts how many are fetched at once. */
function fakeS3(sizes: readonly number[]) {
  const most = { atOnce: 0 };
  let fetching = 0;
  const send = async (command: ListObjectsV2Command | GetObjectCommand) => {
    if (command instanceof ListObjectsV2Command) {
      return { Contents: sizes.map((Size, at) => ({ Key: `${at}.jsonl`, Size })) };
    }
    most.atOnce = Math.max(most.atOnce, ++fetching);
    await setImmediate();
    fetching -= 1;
    const bytes = Buffer.from(`${command.input.Key}\n`);
    const transformToByteArray = () => Promise.resolve(bytes);
    return { Body: Object.assign(Readable.from([bytes]), { transformToByteArray }) };
  };
  return { s3: { send } as unknown as S3Client, most };
}

test("files are fetched ahead, a bounded number at once, and their lines come in order", async () => {
  // Every fifth is too large to be held, and streamed at its turn.
  const sizes = Array.from({ length: 60 }, (_, at) => (at % 5 === 4 ? 2 ** 30 : 10));
  const { s3, most } = fakeS3(sizes);
  const { signal } = new AbortController();
  const found = (await Array.fromAsync(captureLines(s3, "bucket", "", { signal }))).flat();
  expect(found.map(String)).toEqual(sizes.map((_, at) => `${at}.jsonl`));
  expect(most.atOnce).toBeGreaterThan(1);
  expect(most.atOnce).toBeLessThanOrEqual(9);
});

async function* pieces(bytes: Buffer, sizes: readonly number[]) {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}
