import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import { type Ministack, startMinistack } from "../local/ministack.ts";
import { ensureVenv } from "../local/venv.ts";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import { parseConfig } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { emptyPrefix } from "../pipeline/teardown/empty-prefix.ts";
import { keys } from "../pipeline/names.ts";
import { storedObjects } from "../pipeline/teardown/stored-objects.ts";
import { wholeNumber } from "./whole-number.ts";

export const usage = `usage: npm run bench -- teardown [--objects 10000] [--rounds 1]

Puts so many objects of two versions each into two versioned buckets of one local S3, and empties the
one with teardown's own code, and the other with \`aws s3 rm --recursive\`, whose virtual environment the
first run makes. That leaves every version behind under a delete marker; teardown leaves nothing.`;

const PEER = fileURLToPath(new URL("awscli", import.meta.url));
const config = parseConfig("environment: bench");
const prefix = keys.environment(config);

/** Prints both times and their ratio. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      objects: { type: "string", default: "10000" },
      rounds: { type: "string", default: "1" },
    },
  });
  const rounds = wholeNumber("rounds", values.rounds);
  const objects = wholeNumber("objects", values.objects);
  const peer = await ensureVenv(console.log, { root: PEER, holding: "the AWS CLI" });
  const ministack = await startMinistack({ venv: await ensureVenv(console.log) });
  Object.assign(process.env, ministack.environment);
  const clients = makeClients();
  const progress = { line: () => undefined, count: () => undefined };
  const context = { clients, progress, signal: new AbortController().signal };
  try {
    for (let round = 1; round <= rounds; round++) {
      const [ours, theirs] = [`ours-${round}`, `theirs-${round}`];
      for (const bucket of [ours, theirs]) await fill(context, bucket, objects);
      const [scones, whole] = await empty(context, ours);
      const aws = await seconds(() => remove(peer, ministack, theirs));
      const left = await count(context, theirs);
      console.log(
        `${objects} objects of two versions: scones ${scones.toFixed(2)} s and nothing is left ` +
          `(${whole.toFixed(2)} s with counting before and proof after), aws s3 rm --recursive ` +
          `${aws.toFixed(2)} s and ${left} versions and markers are left; ratio ${(scones / aws).toFixed(3)}`,
      );
    }
  } finally {
    destroyClients(clients);
    await ministack.stop();
  }
}

async function fill({ clients: { s3 } }: Context, Bucket: string, objects: number): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  const names = Array.from({ length: objects }, (_, at) => `${prefix}datasets/${at}.png`);
  for (const Body of ["first", "second"]) {
    await pMap(names, (Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body })), {
      concurrency: 16,
    });
  }
}

/** The deletion's seconds, and those with the plan's count before and the proof after it. */
async function empty(context: Context, bucket: string): Promise<[number, number]> {
  const before = await seconds(() => count(context, bucket));
  const deletion = await seconds(() => emptyPrefix(context, bucket, prefix));
  let left = 0;
  const after = await seconds(async () => (left = await count(context, bucket)));
  if (left > 0) throw new Error(`${left} versions are left in ${bucket}`);
  return [deletion, before + deletion + after];
}

async function count(context: Context, bucket: string): Promise<number> {
  const { places } = await storedObjects(context, config, { bucket, groups: [] });
  return places.reduce((total, { amounts }) => total + amounts.rest.count, 0);
}

async function remove(venv: string, { environment }: Ministack, bucket: string): Promise<void> {
  await promisify(execFile)(
    join(venv, "bin", "aws"),
    ["s3", "rm", `s3://${bucket}/${prefix}`, "--recursive", "--quiet"],
    { env: { PATH: process.env["PATH"], ...environment } },
  );
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
