import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import pMap, { pMapSkip } from "p-map";
import sharp from "sharp";
import { pack } from "tar-stream";
import { startMinistack } from "../local/ministack.ts";
import { ensureVenv } from "../local/venv.ts";
import { cifarSide, interleave, readCifar } from "../pipeline/dataset/cifar.ts";
import type { CifarRecord } from "../pipeline/dataset/cifar.ts";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import { parseConfig } from "../pipeline/config.ts";
import { openDataset } from "../pipeline/dataset/open.ts";
import { random } from "../pipeline/dataset/random.ts";
import { encodePng } from "../pipeline/dataset/png.ts";
import { stageData } from "../pipeline/steps/stage-data.ts";
import { median } from "./median.ts";
import { wholeNumber } from "./whole-number.ts";

const rounds = 5;
const sharpsInFlight = 4;
const recordBytes = 3074;
const classes = Array.from({ length: 100 }, (_, at) => `class-${at}`);
const raw = { width: cifarSide, height: cifarSide, channels: 3 } as const;

export const usage = `usage: npm run bench -- staging [ARCHIVE]
       npm run bench -- staging --train N [--test 1] [--instances 1] [--prefix]

Stages a synthetic archive as large as all of CIFAR-100 on a local S3, with the peak of resident memory; then
turns ARCHIVE (else a synthetic one of 2,000 pictures) into PNGs beside sharp, in turn. With --train it only
stages that many pictures for training and --test for the test, for that many training instances; with --prefix
from objects under an S3 prefix, one a picture. --test, --instances and --prefix count only with --train.`;

/** Prints the staging's seconds and memory, then the medians of both encoders and their ratio. */
export async function run(args: string[]): Promise<void> {
  const number = { type: "string", default: "1" } as const;
  const options = {
    train: { type: "string" },
    test: number,
    instances: number,
    prefix: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const folder = await mkdtemp(join(tmpdir(), "scones-bench-"));
  try {
    const whole = join(folder, "whole.tar.gz");
    if (values.train !== undefined) {
      const [train, test] = [wholeNumber("train", values.train), wholeNumber("test", values.test)];
      await writeSyntheticArchive(whole, { train, test });
      await measureStaging(whole, wholeNumber("instances", values.instances), values.prefix);
      return;
    }
    await writeSyntheticArchive(whole, { train: 50_000, test: 10_000 });
    await measureStaging(whole, 1);
    const [archive = join(folder, "few.tar.gz")] = positionals;
    if (positionals.length === 0) await writeSyntheticArchive(archive, { train: 1_500, test: 500 });
    await compareWithSharp(archive);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureStaging(
  archive: string,
  instanceCount: number,
  fromPrefix = false,
): Promise<void> {
  const ministack = await startMinistack({ venv: await ensureVenv(console.log) });
  Object.assign(process.env, ministack.environment);
  const clients = makeClients();
  const routes = Object.fromEntries(classes.map((name) => [name, { bay: "A", orders: "all" }]));
  const config = parseConfig(
    JSON.stringify({ dataset: { classes }, application: { routes }, training: { instanceCount } }),
  );
  const progress = { line: () => {}, count: () => {} };
  const { signal } = new AbortController();
  try {
    await clients.s3.send(new CreateBucketCommand({ Bucket: "bench" }));
    const name = fromPrefix ? await putPictures(clients.s3, archive) : archive;
    const start = performance.now();
    const source = await openDataset(name, config, { clients, progress, signal });
    const opened = performance.now();
    const context = { clients, progress, signal };
    const { manifest } = await stageData(context, config, { source, bucket: "bench" });
    const { train, validation, test } = manifest.counts;
    console.log(
      `${train} + ${validation} + ${test} pictures staged: opened in ${seconds(opened - start)}, ` +
        `uploaded in ${seconds(performance.now() - opened)} as ${instanceCount} + 1 RecordIO files ` +
        `and ${test} objects, at most ` +
        `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB resident`,
    );
  } finally {
    destroyClients(clients);
    await ministack.stop();
  }
}

/** Puts an archive's pictures under a prefix, one an object, and returns its URI. */
async function putPictures(s3: S3Client, archive: string): Promise<string> {
  const put = async ({ split, label, index, planes }: CifarRecord) => {
    const Key = `pictures/${split}/${classes[label]}/${index}.png`;
    const Body = encodePng(interleave(planes), cifarSide, cifarSide);
    await s3.send(new PutObjectCommand({ Bucket: "bench", Key, Body }));
    return pMapSkip;
  };
  await pMap(readCifar(archive), put, { concurrency: 16 });
  return "s3://bench/pictures/";
}

async function compareWithSharp(archive: string): Promise<void> {
  const rates = { scones: [] as number[], sharp: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    rates.scones.push(
      await rate(archive, 1, ({ planes }) => encodePng(interleave(planes), raw.width, raw.height)),
    );
    rates.sharp.push(
      await rate(
        archive,
        sharpsInFlight,
        async ({ planes }) => await sharp(interleave(planes), { raw }).png().toBuffer(),
      ),
    );
  }
  const [ours, theirs] = [median(rates.scones), median(rates.sharp)];
  console.log(
    `archive to PNG, median of ${rounds}: scones ${Math.round(ours)}/s, sharp ` +
      `${Math.round(theirs)}/s, ratio ${(ours / theirs).toFixed(2)}`,
  );
}

/** Pictures a second from the archive through an encoder. */
async function rate(
  archive: string,
  concurrency: number,
  encode: (record: CifarRecord) => Buffer | Promise<Buffer>,
): Promise<number> {
  const start = performance.now();
  const encoded = await pMap(readCifar(archive), encode, { concurrency });
  return (encoded.length / (performance.now() - start)) * 1000;
}

type Counts = Readonly<Record<"train" | "test", number>>;

async function writeSyntheticArchive(file: string, counts: Counts): Promise<void> {
  const tar = pack();
  const writing = pipeline(tar, createGzip({ level: 1 }), createWriteStream(file));
  tar.entry({ name: "cifar-100-binary/fine_label_names.txt" }, classes.join("\n"));
  for (const split of ["train", "test"] as const) {
    const size = counts[split] * recordBytes;
    const entry = tar.entry({ name: `cifar-100-binary/${split}.bin`, size });
    await pipeline(syntheticRecords(counts[split]), entry as unknown as Writable);
  }
  tar.finalize();
  await writing;
}

/** Soft gradients under grain, which pack about as photographs do. */
function* syntheticRecords(count: number): Generator<Buffer, void, undefined> {
  const next = random(count);
  for (let index = 0; index < count; index++) {
    const record = Buffer.alloc(recordBytes);
    const [base, slope, grain] = [next() * 128, next() * 4, next() * 40];
    for (let at = 2; at < recordBytes; at++) {
      record[at] = base + slope * (at % cifarSide) + grain * next();
    }
    record.set([0, index % classes.length]);
    yield record;
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
