import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { channelNames } from "../../../pipeline/dataset/channels.ts";
import type { Dataset } from "../../../pipeline/dataset/manifest.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { readRecordIo } from "../../../pipeline/dataset/recordio.ts";
import { listObjects, sha256 } from "../../../pipeline/s3.ts";
import {
  captures,
  type LabelledStand,
  openLabelledStand,
  pictureOf,
  type Sent,
} from "../labels/labelled-stand.ts";

let stand: LabelledStand;

beforeAll(async () => {
  stand = await openLabelledStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

const get = async ({ bucket, prefix }: Dataset, key: string): Promise<Buffer> => {
  const object = { Bucket: bucket, Key: prefix + key };
  const { Body } = await stand.clients.s3.send(new GetObjectCommand(object));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

/** The pictures of each split as they are staged, by their hashes. */
async function splitsOf(dataset: Dataset) {
  const { train, validation } = channelNames(1);
  const channel = async (key = "") => {
    const records = readRecordIo(new Blob([new Uint8Array(await get(dataset, key))]).stream());
    return (await Array.fromAsync(records)).map(({ image }) => sha256(image));
  };
  const tests = dataset.manifest.test.map(async ({ key }) => sha256(await get(dataset, key)));
  return {
    train: await channel(train[0]),
    validation: await channel(validation),
    test: await Promise.all(tests),
  };
}

const testsOf = async (dataset: Dataset) => (await splitsOf(dataset)).test.toSorted();

/** Of a PNG, in pixels. */
const widthOf = (png: Uint8Array) => Buffer.from(png).readUInt32BE(16);
const heightOf = (png: Uint8Array) => Buffer.from(png).readUInt32BE(20);

/** Captures and labels, alternately a bicycle and a motorcycle. */
async function labelled(bucket: string, sent: readonly Sent[]): Promise<void> {
  await stand.capture(bucket, sent);
  await stand.label(
    bucket,
    sent.map(({ eventId }, at) => [eventId, at % 2 === 0 ? "bicycle" : "motorcycle"]),
  );
}

test("labelled captures join the data set, counted apart, none in two splits, and each keeps its own", async () => {
  const bucket = await stand.freshBucket();
  const plain = await stand.stageCaptures(bucket);
  expect(plain.manifest).toMatchObject({ counts: { train: 16, validation: 4, test: 4 } });
  const own = await splitsOf(plain);
  const isOwn = new Set(Object.values(own).flat());
  let before = new Map<string, string>();
  for (const count of [24, 36]) {
    await labelled(bucket, captures(count));
    const dataset = await stand.stageCaptures(bucket);
    const { manifest } = dataset;
    const { train, validation, test: tests } = manifest.captured ?? manifest.counts;
    expect(train + validation + tests).toBe(count);
    expect(manifest.counts).toEqual({
      train: 16 + train,
      validation: 4 + validation,
      test: 4 + tests,
    });
    expect(manifest.test.filter(({ captured }) => captured === true)).toHaveLength(tests);
    const splits = await splitsOf(dataset);
    const placed = Object.entries(splits)
      .flatMap(([split, some]) => some.map((hash): [string, string] => [hash, split]))
      .filter(([hash]) => !isOwn.has(hash));
    const now = new Map(placed);
    expect([placed.length, now.size]).toEqual([count, count]);
    expect(splits).toEqual({
      train: expect.arrayContaining(own.train),
      validation: expect.arrayContaining(own.validation),
      test: expect.arrayContaining(own.test),
    });
    for (const [hash, split] of before) expect([hash, now.get(hash)]).toEqual([hash, split]);
    before = now;
  }
  expect(before.size).toBe(36);
});

test("the same labels find the data set that is staged; another seed splits them otherwise", async () => {
  const bucket = await stand.freshBucket();
  await labelled(bucket, captures(24));
  const first = await stand.stageCaptures(bucket);
  stand.sending.puts.length = 0;
  expect((await stand.stageCaptures(bucket)).prefix).toBe(first.prefix);
  expect(stand.sending.puts).toEqual([]);
  const other = await stand.stageCaptures(bucket, { seed: 2 });
  expect(await testsOf(other)).not.toEqual(await testsOf(first));
  expect((await stand.stageCaptures(bucket, { withCaptures: false })).prefix).not.toBe(
    first.prefix,
  );
});

test("a picture that the data set has, and one that was sent twice, is staged once", async () => {
  const bucket = await stand.freshBucket();
  const plain = await stand.stageCaptures(bucket);
  const [known] = plain.manifest.test;
  const again: Sent[] = [
    { eventId: "known", picture: await get(plain, known?.key ?? "") },
    { eventId: "twice", picture: pictureOf(0) },
  ];
  await labelled(bucket, [...captures(8), ...again]);
  stand.lines.length = 0;
  const { manifest } = await stand.stageCaptures(bucket);
  const { train, validation, test: tests } = manifest.captured ?? manifest.counts;
  expect(train + validation + tests).toBe(8);
  expect(stand.lines[0]).toMatch(/^10 labelled captures: .* to test, 2 repeated$/);
});

test("a picture has one purpose, however it was encoded", async () => {
  const pictures = captures(12).map(({ picture }) => picture);
  const anew = pictures.map((picture) => sharp(picture).webp({ lossless: true }).toBuffer());
  const staged: string[][] = [];
  for (const some of [pictures, await Promise.all(anew)]) {
    const bucket = await stand.freshBucket();
    await labelled(
      bucket,
      some.map((picture, at) => ({ eventId: `event-${at}`, picture })),
    );
    staged.push(await testsOf(await stand.stageCaptures(bucket)));
  }
  const [first, second] = staged;
  expect(first?.length).toBeGreaterThan(4);
  expect(second).toEqual(first);
});

test("large test pictures stay as they came, for the monitor to compare with; the others are squeezed", async () => {
  const bucket = await stand.freshBucket();
  const sent = Array.from({ length: 12 }, (_, at) => ({
    eventId: `event-${at}`,
    picture: pictureOf(at, 240),
  }));
  await labelled(bucket, sent);
  const dataset = await stand.stageCaptures(bucket);
  const tests = dataset.manifest.test.filter(({ captured }) => captured === true);
  expect(tests.length).toBeGreaterThan(0);
  for (const { key } of tests) expect(widthOf(await get(dataset, key))).toBe(240);
  const [train = ""] = channelNames(1).train;
  const file = new Blob([new Uint8Array(await get(dataset, train))]);
  const sides = (await Array.fromAsync(readRecordIo(file.stream()))).map(({ image }) =>
    widthOf(image),
  );
  expect(new Set(sides)).toEqual(new Set([32, 224]));
});

test("a test picture that nothing made smaller before its endpoint is, in shape, as the application would: a transform takes 6 MB", async () => {
  const bucket = await stand.freshBucket();
  const sent = Array.from({ length: 12 }, (_, at) => ({
    eventId: `event-${at}`,
    picture: pictureOf(at, 2048),
  }));
  await labelled(bucket, sent);
  const dataset = await stand.stageCaptures(bucket);
  const tests = dataset.manifest.test.filter(({ captured }) => captured === true);
  expect(tests.length).toBeGreaterThan(0);
  for (const { key } of tests) {
    const png = await get(dataset, key);
    expect([widthOf(png), heightOf(png)]).toEqual([1024, 4]);
  }
});

test("labels outlive the captures that teardown deletes, for each has its picture beside it", async () => {
  const bucket = await stand.freshBucket();
  await labelled(bucket, captures(8));
  const first = await stand.stageCaptures(bucket);
  const prefix = "scones/captures/test/";
  for await (const { key } of listObjects(stand.clients.s3, bucket, prefix)) {
    await stand.put(bucket, key, "\n");
  }
  expect((await stand.stageCaptures(bucket)).prefix).toBe(first.prefix);
});

test("few labels that can't be used are counted; more than a tenth fail, with why", async () => {
  const bucket = await stand.freshBucket();
  await labelled(bucket, [...captures(20), { eventId: "broken", picture: Buffer.from("no PNG") }]);
  await stand.label(bucket, [["event-0", "cow"]]);
  stand.lines.length = 0;
  await stand.stageCaptures(bucket);
  expect(stand.lines[0]).toMatch(/; left out: 1 undecodable, 1 of another class$/);
  const truth = ["x", "y"].map(
    (eventId) =>
      `{"groundTruthData":{"data":"bicycle","encoding":"CSV"},"eventMetadata":{"eventId":"${eventId}"},"eventVersion":"0"}`,
  );
  await stand.put(bucket, "scones/test/ground-truth/2026/01/02/03/o.jsonl", truth.join("\n"));
  const folder = `s3://${bucket}/scones/test/ground-truth/2026/01/02/03`;
  await expect(stand.stageCaptures(bucket)).rejects.toThrow(
    "4 of 23 labels of test can't be used: 2 without capture, 1 undecodable, 1 of another class. " +
      "The classes are bicycle, motorcycle. Nothing is staged.\n" +
      `  without capture: x in ${folder}/o.jsonl, y in ${folder}/o.jsonl\n` +
      `  undecodable: broken in ${folder}/labels.jsonl\n` +
      `  of another class: event-0 in ${folder}/labels.jsonl\n` +
      "Write a line eventId,class for each, with its right class, or with - to remove its label",
  );
});

test("without labels the data set stays as it is, and is read no further", async () => {
  const bucket = await stand.freshBucket();
  const plain = await stand.stageCaptures(bucket, { withCaptures: false });
  let passes = 0;
  const from: Source = {
    ...stand.source,
    pictures() {
      passes += 1;
      return stand.source.pictures();
    },
  };
  stand.lines.length = 0;
  const { config, context } = stand;
  const dataset = await stand.stage(bucket, config, { progress: context.progress, from });
  expect(stand.lines.join("\n")).not.toContain("labelled");
  expect([dataset, passes]).toEqual([plain, 0]);
});
