import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { encodePng } from "../../../pipeline/png.ts";
import { openStagingStand, type StagingStand } from "../steps/staging-stand.ts";

const config = parseConfig("dataset: { background: { name: cows, count: 3 } }");
const progress = { line: () => {}, count: () => {} };
const { signal } = new AbortController();

interface Get {
  readonly output: { ContentLength?: number };
}
type Answer = (key: string, next: () => Promise<Get>) => Promise<Get>;

let stand: StagingStand;
let clients: ReturnType<typeof makeClients>;
let folder: string;
let bucket: string;
const asIs: Answer = (_key, next) => next();
/** What becomes of the GETs and of the listings. */
let get = asIs;
let list = asIs;

beforeAll(async () => {
  stand = await openStagingStand();
  clients = makeClients();
  clients.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const answer = { GetObjectCommand: get, ListObjectsV2Command: list }[commandName ?? ""];
        const { Key = "", Prefix = "" } = call.input as { Key?: string; Prefix?: string };
        if (answer === undefined) return await next(call);
        return (await answer(Key || Prefix, () => next(call) as Promise<Get>)) as never;
      },
    { step: "initialize" },
  );
  folder = await mkdtemp(join(tmpdir(), "scones-test-"));
  for (const [at, name] of ["bicycle", "motorcycle", "cows"].entries()) {
    await mkdir(join(folder, name));
    for (let each = 0; each < 10; each++) {
      const rgb = new Uint8Array(12).fill(10 * each + at);
      // Names that S3 orders otherwise than JavaScript does.
      const file = `${["b", "\u{1f6b2}", "\uff5a", "B"][each % 4]}${each}.png`;
      await writeFile(join(folder, name, file), encodePng(rgb, 2, 2));
    }
  }
  bucket = await stand.freshBucket();
  await upload("pictures/");
});

afterEach(() => {
  get = asIs;
  list = asIs;
});

afterAll(async () => {
  destroyClients(clients);
  await stand[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function put(Key: string, Body: Buffer | string): Promise<void> {
  const ContentLength = Buffer.byteLength(Body);
  await stand.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentLength }));
}

/** Copies the folder, without its sub-folder `but`. */
async function upload(prefix: string, but = ""): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.includes("/") || name.startsWith(`${but}/`)) continue;
    await put(`${prefix}${name}`, await readFile(join(folder, name)));
  }
}

async function open(prefix = "pictures/", changed: Partial<Config> = {}): Promise<Source> {
  return await openDataset(
    `s3://${bucket}/${prefix}`,
    { ...config, ...changed },
    { clients, progress, signal },
  );
}

async function refusal(prefix?: string, changed?: Partial<Config>): Promise<Error> {
  return (await open(prefix, changed).catch((reason: unknown) => reason)) as Error;
}

test("pictures under a prefix are those of a folder: classes, background, split, order and hash", async () => {
  await put("pictures/", "");
  await put("pictures/bicycle/", "");
  await put("pictures/bicycle/notes.txt", "no picture");
  await put("pictures/bicycle/.hidden.png", "no picture");
  await put("pictures/bicycle/old/1.png", "no picture");
  const source = await open();
  const same = await openDataset(folder, config, { progress, signal });
  expect(source).toMatchObject({
    name: `s3://${bucket}/pictures/`,
    classes: ["bicycle", "motorcycle", "cows"],
    background: "cows",
    survey: { counts: { train: [8, 8, 3], test: [2, 2, 2] } },
  });
  expect(source.survey).toEqual(same.survey);
  expect((await open("pictures")).survey).toEqual(same.survey);
});

test("the prefixes train/ and test/ are the split", async () => {
  await upload("split/train/");
  await upload("split/test/");
  const { survey } = await open("split");
  expect(survey.counts).toEqual({ train: [10, 10, 3], test: [10, 10, 2] });
});

test("fault 23: staged again, unchanged pictures of a prefix send not one PUT; a changed one is another dataset", async () => {
  const to = await stand.freshBucket();
  const { manifest } = await stand.stage(to, {}, { from: await open() });
  expect(manifest.source).toBe(`s3://${bucket}/pictures/`);
  stand.sending.puts.length = 0;
  const again = await stand.stage(to, {}, { from: await open() });
  expect(again.manifest).toEqual(manifest);
  expect(stand.sending.puts).toEqual([]);
  await upload("changed/");
  await put("changed/bicycle/b0.png", encodePng(new Uint8Array(12).fill(99), 2, 2));
  expect((await open("changed")).survey.contentHash).not.toBe((await open()).survey.contentHash);
});

test("at most 16 pictures are fetched at a time, whoever takes them", async () => {
  const { pictures } = await open();
  let underWay = 0;
  let most = 0;
  let asked = 0;
  get = async (_key, next) => {
    most = Math.max(most, ++underWay);
    asked += 1;
    return await next().finally(() => (underWay -= 1));
  };
  const taking = pictures();
  await taking.next();
  await taking.return();
  expect(most).toBe(16);
  expect(asked).toBeLessThanOrEqual(17);
});

test("a picture whose body breaks off is fetched once more", async () => {
  const broken = new Set<string>();
  get = async (key, next) => {
    if (broken.has(key)) return await next();
    broken.add(key);
    throw new Error("aborted");
  };
  const { survey } = await open();
  get = asIs;
  expect(broken.size).toBe(25);
  expect(survey).toEqual((await open()).survey);
});

test("an object that is no picture is named", async () => {
  await upload("bad/");
  await put("bad/motorcycle/notes.png", "not a picture");
  const error = await refusal("bad");
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(
    new RegExp(`^s3://${bucket}/bad/motorcycle/notes\\.png is no picture: .* Remove it\\.$`),
  );
});

test("fault 69: a picture that would unpack to hundreds of MB is refused before decoding", async () => {
  await upload("bomb/");
  const bomb = { create: { width: 9000, height: 9000, channels: 3, background: "black" } } as const;
  await put("bomb/bicycle/b.png", await sharp(bomb).png({ compressionLevel: 9 }).toBuffer());
  expect((await refusal("bomb")).message).toContain("/bomb/bicycle/b.png has 9000 x 9000 pixels");
});

test("a picture of more than 64 MiB is refused before it is fetched", async () => {
  get = async (_key, next) => {
    const answer = await next();
    answer.output.ContentLength = 2 ** 26 + 1;
    return answer;
  };
  expect((await refusal()).message).toMatch(/\.png has 67108865 bytes, over the 67108864/);
});

test("an object that is deleted while it is read is named", async () => {
  await upload("gone/");
  const { pictures } = await open("gone");
  const Key = "gone/motorcycle/b4.png";
  await stand.clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  await expect(Array.fromAsync(pictures())).rejects.toThrow(
    `s3://${bucket}/${Key} was deleted while it was read: run it again.`,
  );
});

test("a prefix with nothing under it, and one without a class, are refused by name", async () => {
  expect((await refusal("none")).message).toBe(
    `There is nothing under s3://${bucket}/none/: put the pictures there, each under the name of its class.`,
  );
  await upload("few/", "motorcycle");
  expect((await refusal("few")).message).toContain(
    `There is no folder s3://${bucket}/few/motorcycle: a class of dataset.classes`,
  );
});

test("fault 21: a bucket that is missing or in another region says which", async () => {
  const lost = openDataset("s3://scones-nowhere/a/", config, { clients, progress, signal });
  await expect(lost).rejects.toThrow(
    "The bucket scones-nowhere does not exist: correct the data set's name",
  );
  list = () => Promise.reject(s3Error("PermanentRedirect", { "x-amz-bucket-region": "eu-west-1" }));
  expect((await refusal()).message).toContain(
    `The bucket ${bucket} is in eu-west-1: copy the pictures into a bucket of this region`,
  );
});

test("fault 8: what is denied says which permission is missing, and where it is given", async () => {
  list = () => Promise.reject(s3Error("AccessDenied"));
  const wanted =
    /the role needs s3:ListBucket on the bucket for the prefix "pictures\/" and s3:GetObject below it, which PicturesBucket/;
  expect((await refusal()).message).toContain("s3:ListBucket is refused");
  expect((await refusal()).message).toMatch(wanted);
  list = asIs;
  get = () => Promise.reject(s3Error("AccessDenied"));
  expect((await refusal()).message).toMatch(/s3:GetObject on s3:.*\.png is refused/);
  expect((await refusal()).message).toMatch(wanted);
});

test("another refusal of an object names it", async () => {
  get = () => Promise.reject(s3Error("InvalidObjectState"));
  expect((await refusal()).message).toMatch(/\.png cannot be read: InvalidObjectState: No\.$/);
});

test("pictures where teardown deletes are refused", async () => {
  expect((await refusal("scones/production/datasets/", { bucket })).message).toContain(
    `teardown deletes what lies under s3://${bucket}/scones/`,
  );
});

test("an abort ends the look through the pictures", async () => {
  const stopping = new AbortController();
  get = async (_key, next) => {
    stopping.abort(new Error("Ctrl-C"));
    return await next();
  };
  const opening = openDataset(`s3://${bucket}/pictures/`, config, {
    clients,
    progress,
    signal: stopping.signal,
  });
  await expect(opening).rejects.toThrow("Ctrl-C");
});

test("without clients the environment leads to the bucket, also when its variables have changed since", async () => {
  const { pictures } = await openDataset(`s3://${bucket}/pictures/`, config, { progress, signal });
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9",
    AWS_ACCESS_KEY_ID: "another",
  });
  try {
    expect(await Array.fromAsync(pictures())).toHaveLength(25);
  } finally {
    process.env = before;
  }
});

function s3Error(name: string, headers: Record<string, string> = {}): S3ServiceException {
  const error = new S3ServiceException({ name, $fault: "client", message: "No.", $metadata: {} });
  return Object.assign(error, { $response: { headers } });
}
