import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Ministack, startMinistack } from "../../../local/ministack.ts";
import { ensureVenv } from "../../../local/venv.ts";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import type { Clients } from "../../../pipeline/context.ts";
import { Blocks, type Upload } from "../../../pipeline/dataset/blocks.ts";
import { Uploader } from "../../../pipeline/dataset/uploader.ts";

const Bucket = "staged";
const { signal } = new AbortController();
const commands: string[] = [];
let ministack: Ministack;
let clients: Clients;
let badDigests = 0;

beforeAll(async () => {
  ministack = await startMinistack({ venv: await ensureVenv(() => {}) });
  Object.assign(process.env, ministack.environment);
  clients = makeClients();
  clients.s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (call) => {
        if (commandName === "UploadPartCommand" && badDigests-- > 0) {
          throw Object.assign(new Error("The Content-MD5 did not match."), { name: "BadDigest" });
        }
        commands.push(commandName);
        return next(call);
      },
    { step: "initialize" },
  );
  await clients.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  destroyClients(clients);
  await ministack.stop();
});

/** A file of 12 MiB as it comes: three parts, of which the last is the smallest. */
function parts(key: string): Upload[] {
  const blocks = new Blocks(key, "application/x-recordio");
  const pieces = Array.from({ length: 12 }, (_, at) => blocks.add(Buffer.alloc(2 ** 20, at)));
  return [...pieces.flat(), blocks.end()];
}

async function open(prefix: string): Promise<Uploader> {
  const uploader = new Uploader(clients.s3, Bucket, prefix, signal);
  await uploader.survey();
  commands.length = 0;
  return uploader;
}

test("a large file is sent in parts, whatever their order, and S3 puts them together", async () => {
  const uploader = await open("a/");
  const [first, second, third] = parts("train.rec");
  for (const part of [third, first, second]) await uploader.send(part as Upload);
  const { Body, ContentType } = await clients.s3.send(
    new GetObjectCommand({ Bucket, Key: "a/train.rec" }),
  );
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  expect([bytes.length, bytes[0], bytes.at(-1), ContentType]).toEqual([
    12 * 2 ** 20,
    0,
    11,
    "application/x-recordio",
  ]);
});

test("an object that is there is not sent again, and refused where it was altered", async () => {
  const uploader = await open("a/");
  for (const part of parts("train.rec")) await uploader.send(part);
  expect(commands).toEqual([]);
  await clients.s3.send(new PutObjectCommand({ Bucket, Key: "a/train.rec", Body: "altered" }));
  const again = await open("a/");
  const sent = parts("train.rec").map((part) => again.send(part));
  await expect(Promise.all(sent)).rejects.toThrow(
    "s3://staged/a/train.rec has 7 bytes where these pictures give 12582912: it was altered.",
  );
});

test("a part that was spoilt on the way is sent again, and no other", async () => {
  const uploader = await open("b/");
  badDigests = 1;
  await Promise.all(parts("train.rec").map((part) => uploader.send(part)));
  expect(commands.filter((name) => name === "UploadPartCommand")).toHaveLength(3);
  await clients.s3.send(new HeadObjectCommand({ Bucket, Key: "b/train.rec" }));
});

test("what is not complete is taken back, and S3 never shows it", async () => {
  const uploader = await open("c/");
  const [first] = parts("train.rec");
  await uploader.send(first as Upload);
  await uploader.abort();
  const { Uploads = [] } = await clients.s3.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads).toEqual([]);
  await expect(
    clients.s3.send(new HeadObjectCommand({ Bucket, Key: "c/train.rec" })),
  ).rejects.toMatchObject({ name: "NotFound" });
});

test("a file of more parts than S3 takes says how to make it smaller", async () => {
  const uploader = await open("huge/");
  const part = { key: "train.rec", body: Buffer.alloc(1), contentType: "text/plain" };
  await expect(uploader.send({ ...part, part: { number: 10_001, last: false } })).rejects.toThrow(
    "s3://staged/huge/train.rec is larger than the 48 GiB that fit one file. Raise training.instanceCount",
  );
});
