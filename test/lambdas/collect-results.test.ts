import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import { textLinesOf } from "../../lambdas/lines.ts";
import { type Ministack, startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";
import { writeText } from "../../pipeline/multipart.ts";
import { readText } from "../../pipeline/s3.ts";

const Bucket = "fleets";
const before = { ...process.env };
let ministack: Ministack;
let s3: S3Client;
let handler: typeof import("../../lambdas/collect-results.ts").handler;

beforeAll(async () => {
  ministack = await startMinistack({ venv: await ensureVenv(() => undefined) });
  Object.assign(process.env, ministack.environment);
  s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  ({ handler } = await import("../../lambdas/collect-results.ts"));
});
beforeEach(() => void jest.spyOn(console, "log").mockReturnValue());
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  s3.destroy();
  process.env = before;
  await ministack.stop();
});

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const jsonl = (...records: unknown[]) => records.map((one) => JSON.stringify(one)).join("\n");

/** Collects what ResultWriter would have written: texts of result files by how the children ended. */
async function collect(files: Readonly<Record<string, readonly string[]>>) {
  const ResultFiles = Object.fromEntries(
    await Promise.all(
      Object.entries(files).map(async ([status, texts]) => {
        const keys = texts.map((text, at) => ({ Key: `map/${status}_${at}.jsonl`, text }));
        await Promise.all(keys.map(({ Key, text }) => put(Key, text)));
        return [status, keys.map(({ Key, text }) => ({ Key, Size: text.length }))];
      }),
    ),
  ) as object;
  await put("map/manifest.json", JSON.stringify({ DestinationBucket: Bucket, ResultFiles }));
  const event = { manifest: { Bucket, Key: "map/manifest.json" }, results_key: "results.jsonl" };
  const summary = await handler(event, { awsRequestId: "r" });
  return { summary, text: await readText(s3, Bucket, "results.jsonl") };
}

const routed = (s3_key: string, vehicle: string) => {
  const line = { s3_key, vehicle, confidence: 0.99, bay: "A", orders: "0-2 km" };
  return { answer: { ...line, s3_bucket: Bucket, inferences: [0.99, 0.01] }, line };
};
const batch = (...keys: string[]) =>
  JSON.stringify({ Items: keys.map((s3_key) => ({ s3_bucket: Bucket, s3_key })) });

test("lines of several files come together; a batch that failed or never ended is a line a picture", async () => {
  const [a, b] = [routed("a", "bicycle"), routed("b", "motorcycle")];
  const unsure = { s3_key: "c", error: "THRESHOLD_CONFIDENCE_NOT_MET", cause: "not sure" };
  const stranger = { s3_key: "g", error: "NOT_A_KNOWN_VEHICLE", cause: "a cow" };
  const { summary, text } = await collect({
    SUCCEEDED: [jsonl(a.answer, unsure), jsonl(b.answer, stranger)],
    FAILED: [
      jsonl({ Input: batch("d", "e"), Status: "FAILED", Error: "States.Timeout", Cause: "5 min" }),
    ],
    PENDING: [jsonl({ Input: batch("f"), Status: "RUNNING" })],
  });
  expect(text).toBe(
    `${jsonl(
      a.line,
      unsure,
      b.line,
      stranger,
      { s3_key: "d", error: "States.Timeout", cause: "5 min" },
      { s3_key: "e", error: "States.Timeout", cause: "5 min" },
      {
        s3_key: "f",
        error: "RUNNING",
        cause: "the execution of its batch ended without saying why",
      },
    )}\n`,
  );
  expect(summary).toEqual({
    results: `s3://${Bucket}/results.jsonl`,
    total: 7,
    routed: 2,
    unsure: 1,
    strangers: 1,
    failed: 3,
    failed_percentage: 300 / 7,
    errors: {
      THRESHOLD_CONFIDENCE_NOT_MET: 1,
      NOT_A_KNOWN_VEHICLE: 1,
      "States.Timeout": 2,
      RUNNING: 1,
    },
    vehicles: { bicycle: 1, motorcycle: 1 },
  });
});

test("a fleet over nothing has an empty object", async () => {
  const { summary, text } = await collect({});
  expect(text).toBe("");
  expect(summary).toMatchObject({ total: 0, failed_percentage: 0 });
});

test("an empty object that stands for a folder is no picture of the fleet", async () => {
  const folder = { s3_key: "pictures/", error: "Refused", cause: "PICTURE_REFUSED: it is empty" };
  const { summary } = await collect({ SUCCEEDED: [jsonl(folder, routed("a", "bicycle").answer)] });
  expect(summary).toMatchObject({ total: 1, routed: 1, failed: 0, errors: {} });
});

test("what is no manifest is refused, and logged", async () => {
  await put("map/manifest.json", "{}");
  const event = { manifest: { Bucket, Key: "map/manifest.json" }, results_key: "r.jsonl" };
  await expect(handler(event, { awsRequestId: "r" })).rejects.toThrow("has no ResultFiles");
  expect(console.log).toHaveBeenCalledWith(expect.stringContaining('"level":"ERROR"'));
});

const object = { Bucket, Key: "long.jsonl", ContentType: "application/jsonl" };
const MEGABYTE = "ä".repeat(512 * 1024);
async function* broken() {
  yield* megabytes(6);
  throw new Error("it broke off");
}
async function* megabytes(count: number) {
  for (let at = 0; at < count; at++) yield MEGABYTE;
}

test("a long text goes in parts and is whole", async () => {
  await writeText(s3, object, megabytes(11));
  const text = await readText(s3, Bucket, object.Key);
  expect(text === MEGABYTE.repeat(11)).toBe(true);
});

test("a text that breaks off leaves no upload behind", async () => {
  const write = writeText(s3, { ...object, Key: "broken" }, broken());
  await expect(write).rejects.toThrow("it broke off");
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads).toEqual([]);
});

test("lines are found wherever the stream is cut, within a character too", async () => {
  const bytes = Buffer.from("äö\n\nü\nend");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    async function* stream() {
      yield* chunks;
    }
    expect(await Array.fromAsync(textLinesOf(stream()))).toEqual(["äö", "ü", "end"]);
  }
});
