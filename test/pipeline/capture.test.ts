import { expect, test } from "@jest/globals";
import { parseCapture } from "../../pipeline/capture.ts";
import { createCapture } from "./captures.ts";

test("a record with JSON output is read", () => {
  const line = createCapture({ eventId: "a", data: "[0.998, 0.002]" });
  expect(parseCapture(line, 2)).toEqual({
    eventId: "a",
    inferenceTime: new Date("2026-01-02T03:04:05Z"),
    probabilities: [0.998, 0.002],
    verification: false,
  });
});

test("a record with base64 output is read", () => {
  const data = Buffer.from('{"prediction":[0.25,0.75]}').toString("base64");
  const line = createCapture({ data, encoding: "BASE64" });
  expect(parseCapture(line, 2)?.probabilities).toEqual([0.25, 0.75]);
});

test.each([
  ["cut off", createCapture({}).slice(0, 80)],
  ["of an unknown encoding", createCapture({ encoding: "CSV" })],
  ["without an output", '{"captureData":{},"eventMetadata":{}}'],
  ["of another number of classes", createCapture({ data: "[0.2,0.3,0.5]" })],
  ["an error's text", createCapture({ data: '"unable to decode"' })],
  ["without a usable time", createCapture({ inferenceTime: "yesterday" })],
])("fault 64: a line that is %s is no capture", (_, line) => {
  expect(parseCapture(line, 2)).toBeUndefined();
});
