import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { type Captured, preprocess } from "../../../local/analyzer/captures.ts";
import { ensureVenv } from "../../../local/venv.ts";
import { verificationId } from "../../../pipeline/monitoring/capture.ts";
import { preprocessor } from "../../../pipeline/model-monitor/preprocessor.ts";
import { createCapture } from "../monitoring/captures.ts";
import { pictureOf } from "./monitored-stand.ts";

const classes = ["bicycle", 'a "motor" cycle'];

let folder: string;
let python: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "scones-preprocessor-"));
  python = path.join(await ensureVenv(() => undefined), "bin/python");
  await writeFile(path.join(folder, "preprocessor.py"), await preprocessor(classes));
  await writeFile(path.join(folder, "broken.py"), "def preprocess_handler(record):\n    1 / 0\n");
});

afterAll(() => rm(folder, { recursive: true }));

async function recordsOf(lines: readonly string[], script = "preprocessor.py") {
  async function* captures() {
    for (const line of lines) yield JSON.parse(line) as Captured;
  }
  const found: unknown[] = [];
  for await (const { records } of preprocess(
    { python, script: path.join(folder, script) },
    captures(),
  )) {
    found.push(records);
  }
  return found;
}

test("a capture becomes one flat record of the answer and the picture's size", async () => {
  const jpeg = await sharp(pictureOf(40, 30))
    .withExif({ IFD0: { Make: "a" } })
    .jpeg()
    .toBuffer();
  const data = Buffer.from("[0.25, 0.75]").toString("base64");
  const sized = (picture: Buffer) => recordsOf([createCapture({ picture })]);
  const answer = { predicted_class: "bicycle", confidence: 0.9 };
  expect(await sized(pictureOf(32, 16))).toEqual([[{ ...answer, width: 32, height: 16 }]]);
  expect(await sized(jpeg)).toEqual([[{ ...answer, width: 40, height: 30 }]]);
  expect(await recordsOf([createCapture({ data, encoding: "BASE64" })])).toEqual([
    [{ predicted_class: classes[1], confidence: 0.75 }],
  ]);
});

test("of what it can't read it claims nothing, and verifications are no traffic", async () => {
  const inputEncoding = "JSON";
  const captures = [
    createCapture({ data: "no answer" }),
    createCapture({ data: "[0.9]" }),
    createCapture({ inferenceId: verificationId() }),
    createCapture({ picture: Buffer.from("GIF89a") }),
    createCapture({ picture: Buffer.from([0xff, 0xd8, 0xff]) }),
    createCapture({ inputEncoding, picture: Buffer.from("{}") }),
  ];
  const answer = [{ predicted_class: "bicycle", confidence: 0.9 }];
  expect(await recordsOf(captures)).toEqual([[], [], [], answer, answer, answer]);
});

test("a script that fails ends the analysis in its own words", async () => {
  await expect(recordsOf([createCapture({})], "broken.py")).rejects.toThrow(
    "Exception while invoking preprocessor script: ZeroDivisionError: division by zero",
  );
});
