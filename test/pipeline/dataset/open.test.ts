import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { rows, wholeArchive, writeArchive } from "../cifar-archive.ts";

const config = parseConfig("");
const progress = { line: () => {}, count: () => {} };
const { signal } = new AbortController();
const realArchive = process.env["SCONES_DATASET"];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-test-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function open(name: string, changed = config) {
  return await openDataset(name, changed, { progress, signal });
}

async function refusal(name: string, changed = config): Promise<string> {
  const error: unknown = await open(name, changed).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
}

async function archive(changes: Parameters<typeof writeArchive>[1] = {}): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.tar.gz`);
  await writeArchive(file, { ...wholeArchive, ...changes });
  return file;
}

test("an archive's pictures are counted by class and split", async () => {
  const file = join(folder, "small.tar.gz");
  await writeArchive(file);
  const { name, survey } = await open(file);
  expect(name).toBe("small.tar.gz");
  expect(survey.counts).toEqual({ train: [10, 10], test: [2, 2] });
});

test("the content's hash is the same for the same pictures and another for others", async () => {
  const { survey } = await open(await archive());
  const { survey: copy } = await open(await archive());
  const { survey: other } = await open(
    await archive({ "test.bin": rows({ label: 8, value: 7 }, { label: 48, value: 9 }) }),
  );
  expect(copy.contentHash).toBe(survey.contentHash);
  expect(other.contentHash).not.toBe(survey.contentHash);
});

test("a data set that is not there is refused", async () => {
  expect(await refusal(join(folder, "none.tar.gz"))).toContain('none.tar.gz" is not there');
});

test("fault 13: a cut-off archive is refused", async () => {
  const file = join(folder, "cut.tar.gz");
  const bytes = await writeArchive(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 100));
  expect(await refusal(file)).toContain("cut.tar.gz is cut off");
});

test("an archive without a class's label is refused with the labels that it has", async () => {
  const trucks = parseConfig(
    "dataset: {classes: [bicycle, truck]}\n" +
      "application: {routes: {bicycle: {bay: A, orders: near}, truck: {bay: B, orders: far}}}\n",
  );
  const message = await refusal(await archive(), trucks);
  expect(message).toContain('has no class "truck"');
  expect(message).toContain("the archive has: class_0, class_1");
});

test("an archive without pictures of a class is refused", async () => {
  const file = await archive({ "test.bin": rows({ label: 8, value: 1 }) });
  expect(await refusal(file)).toContain(
    '10 training and 0 test pictures of the class "motorcycle"; at least 2 and 1 are needed',
  );
});

test("pictures in S3 are refused", async () => {
  expect(await refusal("s3://bucket/pictures")).toContain("aws s3 sync");
});

test("an abort ends the look through the pictures", async () => {
  const stopped = { progress, signal: AbortSignal.abort(new Error("Ctrl-C")) };
  await expect(openDataset(await archive(), config, stopped)).rejects.toThrow("Ctrl-C");
});

(realArchive === undefined ? test.skip : test)(
  "the archive named by SCONES_DATASET has pictures of both classes",
  async () => {
    const { survey } = await open(realArchive ?? "");
    expect(Math.min(...survey.counts.train, ...survey.counts.test)).toBeGreaterThan(0);
  },
);
