import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { startMinistack } from "../../../local/ministack.ts";
import type { Ministack } from "../../../local/ministack.ts";
import { ensureVenv } from "../../../local/venv.ts";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import { parseConfig } from "../../../pipeline/config.ts";
import type { Clients, Context } from "../../../pipeline/context.ts";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { readRecordIo } from "../../../pipeline/recordio.ts";
import { listObjects, readText } from "../../../pipeline/s3.ts";
import { stageData } from "../../../pipeline/steps/stage-data.ts";
import { writeArchive } from "../cifar-archive.ts";

const config = parseConfig("environment: test\ndataset: {validation: 0.2}\n");
const { signal } = new AbortController();
const progress = { line: () => {}, count: () => {} };

let ministack: Ministack;
let clients: Clients;
let folder: string;
let source: Source;
/** The keys of all PUTs that were sent. */
const puts: string[] = [];
let failAfter = Infinity;
let badDigests = 0;
let abortAfter = Infinity;
let stop = new AbortController();

beforeAll(async () => {
  ministack = await startMinistack({ venv: await ensureVenv(() => {}) });
  Object.assign(process.env, ministack.environment);
  clients = makeClients();
  clients.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === "PutObjectCommand") {
          if (puts.length >= failAfter) throw new Error("killed");
          if (puts.length === 3 && badDigests-- > 0) {
            throw Object.assign(new Error("The Content-MD5 did not match."), { name: "BadDigest" });
          }
          if (puts.length === abortAfter) stop.abort(new Error("Ctrl-C"));
          puts.push((call.input as { Key: string }).Key);
        }
        return await next(call);
      },
    { step: "initialize" },
  );
  folder = await mkdtemp(join(tmpdir(), "scones-test-"));
  const archive = join(folder, "small.tar.gz");
  await writeArchive(archive);
  source = await openDataset(archive, config, { progress, signal });
});
afterAll(async () => {
  destroyClients(clients);
  await ministack.stop();
  await rm(folder, { recursive: true });
});

async function freshBucket(): Promise<string> {
  const bucket = `scones-${crypto.randomUUID()}`;
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  puts.length = 0;
  failAfter = Infinity;
  abortAfter = Infinity;
  return bucket;
}

async function stage(bucket: string, context: Partial<Context> = {}) {
  return await stageData({ clients, progress, signal, ...context }, config, { source, bucket });
}

async function get(bucket: string, key: string): Promise<Uint8Array> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

test("a dataset is staged as RecordIO channels, test pictures, lists and a manifest, which comes last", async () => {
  const bucket = await freshBucket();
  const { prefix, manifest } = await stage(bucket);
  expect(prefix).toBe(`scones/test/datasets/${manifest.hash}/`);
  expect(manifest).toMatchObject({
    source: "small.tar.gz",
    classes: ["bicycle", "motorcycle"],
    seed: 1,
    counts: { train: 16, validation: 4, test: 4 },
    train: ["train/part-00000.rec"],
    validation: ["validation/part-00000.rec"],
    test: [
      { key: "test/bicycle_000000.png", label: 0 },
      { key: "test/motorcycle_000001.png", label: 1 },
      { key: "test/bicycle_000002.png", label: 0 },
      { key: "test/motorcycle_000003.png", label: 1 },
    ],
  });
  expect(puts.at(-1)).toBe(`${prefix}manifest.json`);
  expect(JSON.parse((await readText(clients.s3, bucket, puts.at(-1) ?? "")) ?? "")).toEqual(
    manifest,
  );
  expect(await readText(clients.s3, bucket, `${prefix}test.lst`)).toBe(
    "0\t0\tbicycle_000000.png\n1\t1\tmotorcycle_000001.png\n" +
      "2\t0\tbicycle_000002.png\n3\t1\tmotorcycle_000003.png\n",
  );
});

test("the pictures of both channels are the archive's, each once, in equal shares of the classes", async () => {
  const bucket = await freshBucket();
  const { prefix } = await stage(bucket);
  const values: number[] = [];
  for (const [channel, each] of [
    ["train", 8],
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

test("fault 23: the same data staged twice sends not one PUT", async () => {
  const bucket = await freshBucket();
  const first = await stage(bucket);
  puts.length = 0;
  expect(await stage(bucket)).toEqual(first);
  expect(puts).toEqual([]);
});

test("fault 16: killed half-way, the rerun sends what is missing and the manifest last", async () => {
  const bucket = await freshBucket();
  failAfter = 4;
  await expect(stage(bucket)).rejects.toThrow("killed");
  const before = new Set(puts);
  expect([...before].some((key) => key.endsWith("manifest.json"))).toBe(false);
  puts.length = 0;
  failAfter = Infinity;
  const { prefix } = await stage(bucket);
  expect(puts.filter((key) => before.has(key))).toEqual([]);
  expect(puts.at(-1)).toBe(`${prefix}manifest.json`);
  const keys: string[] = [];
  for await (const { key } of listObjects(clients.s3, bucket, prefix)) keys.push(key);
  expect(keys).toHaveLength(4 + 2 + 3 + 1);
});

test("fault 17: an object that was spoilt on the way is sent again, and no other", async () => {
  const bucket = await freshBucket();
  badDigests = 1;
  await stage(bucket);
  expect(puts).toHaveLength(4 + 2 + 3 + 1);
  expect(new Set(puts).size).toBe(puts.length);
});

test("an abort ends the staging with its reason and without a manifest", async () => {
  const bucket = await freshBucket();
  stop = new AbortController();
  abortAfter = 3;
  await expect(stage(bucket, { signal: stop.signal })).rejects.toThrow("Ctrl-C");
  expect(puts.some((key) => key.endsWith("manifest.json"))).toBe(false);
  expect(puts.length).toBeLessThan(4 + 2 + 3);
});

test("an object that differs from what belongs there is sent again", async () => {
  const bucket = await freshBucket();
  const { prefix } = await stage(bucket);
  const Objects = ["manifest.json", "test.lst"].map((key) => ({ Key: prefix + key }));
  await clients.s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  puts.length = 0;
  await stage(bucket);
  expect(puts).toEqual([`${prefix}test.lst`, `${prefix}manifest.json`]);
});

test("another split, seed or class order is another dataset", async () => {
  const bucket = await freshBucket();
  const prefixes = new Set<string>();
  for (const yaml of ["seed: 1", "seed: 2", "validation: 0.4", "classes: [motorcycle, bicycle]"]) {
    const changed = { ...config, dataset: parseConfig(`dataset: {${yaml}}\n`).dataset };
    const context = { clients, progress, signal };
    prefixes.add((await stageData(context, changed, { source, bucket })).prefix);
  }
  expect(prefixes.size).toBe(4);
});

test("fault 21: a bucket that is missing is named", async () => {
  await expect(stage("scones-nowhere")).rejects.toMatchObject({
    name: "StepError",
    message: expect.stringContaining("The bucket scones-nowhere does not exist: make it with"),
  });
});

/** Answers everything as S3 does where it refuses. */
async function refusing(status: number, code: string, headers: Record<string, string> = {}) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/xml", ...headers });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message></Error>`);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const s3 = new S3Client({ endpoint: `http://127.0.0.1:${port}`, forcePathStyle: true });
  try {
    return await stage("scones-elsewhere", { clients: { ...clients, s3 } }).catch(
      (error: unknown) => error,
    );
  } finally {
    s3.destroy();
    server.close();
  }
}

test("fault 21: a bucket in another region says which", async () => {
  const error = await refusing(301, "PermanentRedirect", { "x-amz-bucket-region": "eu-west-1" });
  expect(error).toMatchObject({
    name: "StepError",
    message: expect.stringContaining("The bucket scones-elsewhere is in eu-west-1"),
  });
});

test("fault 20: a bucket that is another's says so", async () => {
  expect(await refusing(403, "AccessDenied")).toMatchObject({
    name: "StepError",
    message: expect.stringContaining(
      "scones-elsewhere is closed to this role, or belongs to another",
    ),
  });
});
