import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { asIs, config, openPrefixStand, type PrefixStand, s3Error } from "./prefix-stand.ts";

const progress = { line: () => {}, count: () => {} };
const { signal } = new AbortController();

let stand: PrefixStand;
let bucket: string;
let answers: PrefixStand["answers"];
let staging: PrefixStand["staging"];

beforeAll(async () => {
  stand = await openPrefixStand();
  ({ bucket, answers, staging } = stand);
  await stand.upload("pictures/");
});

afterEach(() => void Object.assign(answers, { get: asIs, list: asIs }));

afterAll(async () => stand[Symbol.asyncDispose]());

test("pictures under a prefix are those of a folder: classes, background, split, order and hash", async () => {
  await stand.put("pictures/", "");
  await stand.put("pictures/bicycle/", "");
  await stand.put("pictures/bicycle/notes.txt", "no picture");
  await stand.put("pictures/bicycle/.hidden.png", "no picture");
  await stand.put("pictures/bicycle/old/1.png", "no picture");
  const source = await stand.open();
  const same = await openDataset(stand.folder, config, { progress, signal });
  expect(source).toMatchObject({
    name: `s3://${bucket}/pictures/`,
    classes: ["bicycle", "motorcycle", "cows"],
    background: "cows",
    survey: { counts: { train: [8, 8, 3], test: [2, 2, 2] } },
  });
  expect(source.survey).toEqual(same.survey);
  expect((await stand.open("pictures")).survey).toEqual(same.survey);
});

test("the prefixes train/ and test/ are the split", async () => {
  await stand.upload("split/train/");
  await stand.upload("split/test/");
  const { survey } = await stand.open("split");
  expect(survey.counts).toEqual({ train: [10, 10, 3], test: [10, 10, 2] });
});

test("staged again, unchanged pictures of a prefix send not one PUT; a changed one is another dataset", async () => {
  const to = await staging.freshBucket();
  const { manifest } = await staging.stage(to, {}, { from: await stand.open() });
  expect(manifest.source).toBe(`s3://${bucket}/pictures/`);
  staging.sending.puts.length = 0;
  const again = await staging.stage(to, {}, { from: await stand.open() });
  expect(again.manifest).toEqual(manifest);
  expect(staging.sending.puts).toEqual([]);
  await stand.upload("changed/");
  await stand.put("changed/bicycle/b0.png", encodePng(new Uint8Array(12).fill(99), 2, 2));
  expect((await stand.open("changed")).survey.contentHash).not.toBe(
    (await stand.open()).survey.contentHash,
  );
});

test("at most 8 pictures are fetched at a time, whoever takes them", async () => {
  const { pictures } = await stand.open();
  let underWay = 0;
  let most = 0;
  let asked = 0;
  answers.get = async (_key, next) => {
    most = Math.max(most, ++underWay);
    asked += 1;
    return await next().finally(() => (underWay -= 1));
  };
  const taking = pictures();
  await taking.next();
  await taking.return();
  expect(most).toBe(8);
  expect(asked).toBeLessThanOrEqual(9);
});

test("a picture whose body breaks off is fetched once more", async () => {
  const broken = new Set<string>();
  answers.get = async (key, next) => {
    if (broken.has(key)) return await next();
    broken.add(key);
    throw new Error("aborted");
  };
  const { survey } = await stand.open();
  answers.get = asIs;
  expect(broken.size).toBe(25);
  expect(survey).toEqual((await stand.open()).survey);
});

test("an object that is no picture is named", async () => {
  await stand.upload("bad/");
  await stand.put("bad/motorcycle/notes.png", "not a picture");
  const error = await stand.refusal("bad");
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(
    new RegExp(`^s3://${bucket}/bad/motorcycle/notes\\.png is no picture: .* Remove it\\.$`),
  );
});

test("a picture of more than 64 MiB is refused before it is fetched", async () => {
  answers.get = async (_key, next) => {
    const answer = await next();
    answer.output.ContentLength = 2 ** 26 + 1;
    return answer;
  };
  expect((await stand.refusal()).message).toMatch(/\.png has 67108865 bytes, over the 67108864/);
});

test("an object that is deleted while it is read is named", async () => {
  await stand.upload("gone/");
  const { pictures } = await stand.open("gone");
  const Key = "gone/motorcycle/b4.png";
  await staging.clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  await expect(Array.fromAsync(pictures())).rejects.toThrow(
    `s3://${bucket}/${Key} was deleted while it was read: run it again.`,
  );
});

test("a prefix with nothing under it, and one without a class, are refused by name", async () => {
  expect((await stand.refusal("none")).message).toBe(
    `There is nothing under s3://${bucket}/none/: put the pictures there, each under the name of its class.`,
  );
  await stand.upload("few/", "motorcycle");
  expect((await stand.refusal("few")).message).toContain(
    `There is no folder s3://${bucket}/few/motorcycle: a class of dataset.classes`,
  );
});

test("a bucket that is missing or in another region says which", async () => {
  expect((await stand.refusal("s3://scones-nowhere/a/")).message).toContain(
    "The bucket scones-nowhere does not exist: correct the data set's name",
  );
  answers.list = () =>
    Promise.reject(s3Error("PermanentRedirect", { "x-amz-bucket-region": "eu-west-1" }));
  expect((await stand.refusal()).message).toContain(
    `The bucket ${bucket} is in eu-west-1: copy the pictures into a bucket of this region`,
  );
});

test("what is denied says which permission is missing, and where it is given", async () => {
  answers.list = () => Promise.reject(s3Error("AccessDenied"));
  const wanted =
    /the role needs s3:ListBucket on the bucket for the prefix "pictures\/" and s3:GetObject below it, which PicturesBucket/;
  expect((await stand.refusal()).message).toContain("s3:ListBucket is refused");
  expect((await stand.refusal()).message).toMatch(wanted);
  answers.list = asIs;
  answers.get = () => Promise.reject(s3Error("AccessDenied"));
  expect((await stand.refusal()).message).toMatch(/s3:GetObject on s3:.*\.png is refused/);
  expect((await stand.refusal()).message).toMatch(wanted);
});

test("another refusal of an object names it", async () => {
  answers.get = () => Promise.reject(s3Error("InvalidObjectState"));
  expect((await stand.refusal()).message).toMatch(
    /\.png cannot be read: InvalidObjectState: No\.$/,
  );
});

test("pictures where teardown deletes are refused", async () => {
  expect((await stand.refusal("scones/production/datasets/", { bucket })).message).toContain(
    `teardown deletes what lies under s3://${bucket}/scones/`,
  );
});

test("an abort ends the look through the pictures", async () => {
  const stopping = new AbortController();
  answers.get = async (_key, next) => {
    stopping.abort(new Error("Ctrl-C"));
    return await next();
  };
  const opening = stand.open("pictures/", { signal: stopping.signal });
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
