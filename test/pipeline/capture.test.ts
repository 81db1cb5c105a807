import { expect, test } from "@jest/globals";
import { array, assert, asyncProperty, boolean, integer, string } from "fast-check";
import { linesOf, parseCapture } from "../../pipeline/capture.ts";
import { createCapture } from "./captures.ts";

const parse = (line: string, classes = 2) => parseCapture(Buffer.from(line), classes);

test("a record with JSON output is read", () => {
  const line = createCapture({ eventId: "a", data: "[0.998, 0.002]" });
  expect(parse(line)).toEqual({
    eventId: "a",
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
])("fault 64: a line that is %s is no capture", (_, line) => {
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

async function* pieces(bytes: Buffer, sizes: readonly number[]) {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}
