import { DeleteObjectsCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { parseConfig } from "../../../pipeline/config.ts";
import { channelNames } from "../../../pipeline/dataset/channels.ts";
import { readRecordIo } from "../../../pipeline/dataset/recordio.ts";
import { listObjects, readText } from "../../../pipeline/s3.ts";
import { rows, vehicles, wholeArchive } from "../dataset/cifar-archive.ts";
import { openStagingStand, type StagingStand } from "./staging-stand.ts";

let stand: StagingStand;

beforeAll(async () => {
  stand = await openStagingStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

async function get(bucket: string, key: string): Promise<Uint8Array> {
  const { Body } = await stand.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

test("pictures of anything else are staged with the vehicles, and the manifest says which class they are", async () => {
  const bucket = await stand.freshBucket();
  const others = Array.from({ length: 5 }, (_, value) => ({ label: 1, value }));
  const { dataset } = parseConfig("dataset: { validation: 0.2, background: { count: 4 } }");
  const from = await stand.open(dataset, {
    ...wholeArchive,
    "train.bin": Buffer.concat([vehicles(10), rows(...others)]),
    "test.bin": Buffer.concat([vehicles(2), rows(...others)]),
  });
  const { manifest, prefix } = await stand.stage(bucket, { dataset }, { from });
  expect(manifest).toMatchObject({
    classes: ["bicycle", "motorcycle", "background"],
    background: "background",
    counts: { train: 19, validation: 5, test: 6 },
  });
  const stranger = manifest.test.find(({ label }) => label === 2);
  expect(stranger?.key).toMatch(/^test\/background_00000\d\.png$/);
  const picture = await sharp(await get(bucket, `${prefix}${stranger?.key}`)).metadata();
  expect(picture).toMatchObject({ format: "png", width: 32 });
  const [train] = channelNames(1).train;
  const records = await Array.fromAsync(
    readRecordIo(new Blob([await get(bucket, `${prefix}${train}`)]).stream()),
  );
  expect(records.filter(({ label }) => label === 2)).toHaveLength(3);
});

test("a dataset is staged as RecordIO channels, test pictures, lists and a manifest, which comes last", async () => {
  const bucket = await stand.freshBucket();
  const { prefix, manifest } = await stand.stage(bucket);
  expect(prefix).toBe(`scones/test/datasets/${manifest.hash}/`);
  expect(manifest).toMatchObject({
    source: "small.tar.gz",
    classes: ["bicycle", "motorcycle"],
    seed: 1,
    counts: { train: 16, validation: 4, test: 4 },
    test: [
      { key: "test/bicycle_000000.png", label: 0 },
      { key: "test/motorcycle_000001.png", label: 1 },
      { key: "test/bicycle_000002.png", label: 0 },
      { key: "test/motorcycle_000003.png", label: 1 },
    ],
  });
  expect(stand.sending.puts.at(-1)).toBe(`${prefix}manifest.json`);
  expect(
    JSON.parse((await readText(stand.clients.s3, bucket, stand.sending.puts.at(-1) ?? "")) ?? ""),
  ).toEqual(manifest);
  expect(await readText(stand.clients.s3, bucket, `${prefix}test.lst`)).toBe(
    "0\t0\tbicycle_000000.png\n1\t1\tmotorcycle_000001.png\n" +
      "2\t0\tbicycle_000002.png\n3\t1\tmotorcycle_000003.png\n",
  );
});

test("the pictures of both channels are the archive's, each once, in equal shares of the classes", async () => {
  const bucket = await stand.freshBucket();
  const { prefix } = await stand.stage(bucket);
  const values: number[] = [];
  for (const [channel, each] of [
    ["train/1", 8],
    ["validation", 2],
  ] as const) {
    const labels = [0, 0];
    const shard = await get(bucket, `${prefix}${channel}/part-00000.rec`);
    for await (const { label, image } of readRecordIo(new Blob([shard]).stream())) {
      labels[label] = (labels[label] ?? 0) + 1;
      const value = (await sharp(image).raw().toBuffer())[0] ?? -1;
      expect(value % 2).toBe(label);
      values.push(value);
    }
    expect(labels).toEqual([each, each]);
  }
  expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  const picture = sharp(await get(bucket, `${prefix}test/motorcycle_000003.png`));
  expect(await picture.raw().toBuffer()).toEqual(Buffer.alloc(3072, 3));
});

test("the same data staged twice sends not one PUT", async () => {
  const bucket = await stand.freshBucket();
  const first = await stand.stage(bucket);
  stand.sending.puts.length = 0;
  expect(await stand.stage(bucket)).toEqual(first);
  expect(stand.sending.puts).toEqual([]);
});

test("killed half-way, the rerun sends what is missing and the manifest last", async () => {
  const bucket = await stand.freshBucket();
  stand.sending.before = () => {
    if (stand.sending.puts.length === 4) throw new Error("killed");
  };
  await expect(stand.stage(bucket)).rejects.toThrow("killed");
  const before = new Set(stand.sending.puts);
  expect([...before].some((key) => key.endsWith("manifest.json"))).toBe(false);
  stand.sending.puts.length = 0;
  stand.sending.before = () => {};
  const { prefix } = await stand.stage(bucket);
  expect(stand.sending.puts.filter((key) => before.has(key))).toEqual([]);
  expect(stand.sending.puts.at(-1)).toBe(`${prefix}manifest.json`);
  const keys: string[] = [];
  for await (const { key } of listObjects(stand.clients.s3, bucket, prefix)) keys.push(key);
  expect(keys).toHaveLength(4 + 2 + 3 + 1);
});

test("an object that was spoilt on the way is sent again, and no other", async () => {
  const bucket = await stand.freshBucket();
  let badDigests = 1;
  stand.sending.before = () => {
    if (stand.sending.puts.length !== 3 || badDigests-- <= 0) return;
    throw Object.assign(new Error("The Content-MD5 did not match."), { name: "BadDigest" });
  };
  await stand.stage(bucket);
  expect(stand.sending.puts).toHaveLength(4 + 2 + 3 + 1);
  expect(new Set(stand.sending.puts).size).toBe(stand.sending.puts.length);
});

test("an abort ends the staging with its reason and without a manifest", async () => {
  const bucket = await stand.freshBucket();
  const stop = new AbortController();
  stand.sending.before = () => {
    if (stand.sending.puts.length === 3) stop.abort(new Error("Ctrl-C"));
  };
  await expect(stand.stage(bucket, {}, { signal: stop.signal })).rejects.toThrow("Ctrl-C");
  expect(stand.sending.puts.some((key) => key.endsWith("manifest.json"))).toBe(false);
  expect(stand.sending.puts.length).toBeLessThan(4 + 2 + 3);
});

test("an object that differs from what belongs there is sent again", async () => {
  const bucket = await stand.freshBucket();
  const { prefix } = await stand.stage(bucket);
  const Objects = ["manifest.json", "test.lst"].map((key) => ({ Key: prefix + key }));
  await stand.clients.s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  stand.sending.puts.length = 0;
  await stand.stage(bucket);
  expect(stand.sending.puts).toEqual([`${prefix}test.lst`, `${prefix}manifest.json`]);
});

test("another split, seed or class order is another dataset", async () => {
  const bucket = await stand.freshBucket();
  const prefixes = new Set<string>();
  for (const yaml of ["seed: 1", "seed: 2", "validation: 0.4", "classes: [motorcycle, bicycle]"]) {
    const { dataset } = parseConfig(`dataset: {${yaml}}\n`);
    const from = await stand.open(dataset);
    prefixes.add((await stand.stage(bucket, { dataset }, { from })).prefix);
  }
  expect(prefixes.size).toBe(4);
});

test("a bucket that is missing is named", async () => {
  await expect(stand.stage("scones-nowhere")).rejects.toMatchObject({
    name: "StepError",
    message: expect.stringContaining("The bucket scones-nowhere does not exist: make it with"),
  });
});
