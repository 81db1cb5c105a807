import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { rows, vehicles, wholeArchive, writeArchive } from "./cifar-archive.ts";

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

/** The vehicles of a whole archive and, of each other label, so many for training and for the test. */
async function archiveWithOthers(labels: readonly number[], training: number, testing: number) {
  const others = (each: number) =>
    labels.flatMap((label) => Array.from({ length: each }, (_, value) => ({ label, value })));
  return archive({
    "train.bin": Buffer.concat([vehicles(10), rows(...others(training))]),
    "test.bin": Buffer.concat([vehicles(2), rows(...others(testing))]),
  });
}

/** The places in their file of the training pictures of anything else. */
async function chosen({ pictures }: Source): Promise<number[]> {
  const all = await Array.fromAsync(pictures());
  return all.flatMap(({ split, label, id }) => (label === 2 && split === "train" ? [id] : []));
}

const background = (count: number, seed = 1) =>
  parseConfig(`dataset: { background: { count: ${count}, seed: ${seed} } }`);

test("an archive's other classes are the background, alike many of each", async () => {
  const file = await archiveWithOthers([1, 2, 3], 9, 3);
  const source = await open(file, background(12));
  expect(source).toMatchObject({
    classes: ["bicycle", "motorcycle", "background"],
    background: "background",
    survey: { counts: { train: [10, 10, 12], test: [2, 2, 6] } },
  });
  // Behind 20 training pictures of vehicles each label has nine.
  const kinds = (await chosen(source)).map((id) => Math.floor((id - 20) / 9));
  expect([0, 1, 2].map((kind) => kinds.filter((each) => each === kind).length)).toEqual([4, 4, 4]);
  expect(await chosen(await open(file, background(12)))).toEqual(await chosen(source));
  expect(await chosen(await open(file, background(12, 2)))).not.toEqual(await chosen(source));
});

test("fewer pictures of anything else than wanted are all taken", async () => {
  const { survey } = await open(await archiveWithOthers([1, 2], 3, 1), background(100));
  expect(survey.counts).toEqual({ train: [10, 10, 6], test: [2, 2, 2] });
});

test("an archive of the vehicles alone has no background, and it is said", async () => {
  const lines: string[] = [];
  const file = await archive();
  const { classes, background: none } = await openDataset(file, config, {
    progress: { ...progress, line: (text) => void lines.push(text) },
    signal,
  });
  expect([classes, none]).toEqual([["bicycle", "motorcycle"], undefined]);
  expect(lines).toEqual([
    `${basename(file)} has no pictures of anything else (dataset.background): its model takes everything for one of bicycle, motorcycle`,
  ]);
});

test("with a count of 0 there is no background, and the content's hash is that of the vehicles", async () => {
  const { classes, survey } = await open(await archiveWithOthers([1, 2], 3, 1), background(0));
  expect(classes).toEqual(["bicycle", "motorcycle"]);
  expect(survey.contentHash).toBe((await open(await archive())).survey.contentHash);
});

test("a folder's sub-folder of the background's name is the background", async () => {
  const pictures = join(folder, "pictures");
  for (const [at, name] of ["bicycle", "motorcycle", "cows"].entries()) {
    await mkdir(join(pictures, name), { recursive: true });
    for (let each = 0; each < 10; each++) {
      const rgb = new Uint8Array(12).fill(10 * each + at);
      await writeFile(join(pictures, name, `${each}.png`), encodePng(rgb, 2, 2));
    }
  }
  const cows = parseConfig("dataset: { background: { name: cows, count: 5 } }");
  const { classes, survey } = await open(pictures, cows);
  expect(classes).toEqual(["bicycle", "motorcycle", "cows"]);
  expect(survey.counts).toEqual({ train: [8, 8, 5], test: [2, 2, 2] });
  expect((await open(pictures)).classes).toEqual(["bicycle", "motorcycle"]);
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

test("a cut-off archive is refused", async () => {
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
