import { NoSuchBucket, NoSuchKey } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import type { Context } from "../../pipeline/context.ts";
import { sha256 } from "../../pipeline/s3.ts";
import { datasetUri, readDataset, readEvaluation } from "../../pipeline/stored.ts";
import { contextAnswering } from "./answering.ts";
import { createManifest } from "./evaluation/predictions.ts";

const manifest = createManifest(4);
const objects: Record<string, string> = {
  "scones/a/datasets/1/manifest.json": JSON.stringify(manifest),
  "scones/a/datasets/cut/manifest.json": '{"hash": "01',
  "scones/a/datasets/other/manifest.json": '{"version": 3}',
  "scones/a/datasets/null/manifest.json": "null",
  "scones/a/evaluations/1/evaluation.json": '{"predictions": [], "classes": []}',
};

/** Reads from a bucket `artifacts` with the objects above; there is no other. */
async function read<T>(reader: (context: Context, uri: string) => Promise<T>, uri: string) {
  using context = contextAnswering((_operation, { Bucket, Key }) => {
    const refusal = { message: "not there", $metadata: {} };
    if (Bucket !== "artifacts") throw new NoSuchBucket(refusal);
    const text = objects[String(Key)];
    if (text === undefined) throw new NoSuchKey(refusal);
    return { Body: { transformToString: () => Promise.resolve(text) } };
  });
  return await reader(context, uri);
}

test("a dataset is found by the URI that names it, with or without the last slash", async () => {
  const dataset = { bucket: "artifacts", prefix: "scones/a/datasets/1/", manifest };
  const uri = datasetUri(dataset);
  expect(uri).toBe("s3://artifacts/scones/a/datasets/1/");
  expect(await read(readDataset, uri)).toEqual(dataset);
  expect(await read(readDataset, uri.slice(0, -1))).toEqual(dataset);
});

test("an evaluation is found by its URI", async () => {
  const uri = "s3://artifacts/scones/a/evaluations/1/evaluation.json";
  expect(await read(readEvaluation, uri)).toEqual({ predictions: [], classes: [] });
});

const ofHash = (hash: string) => (context: Context, uri: string) =>
  readEvaluation(context, uri, hash);

test("an evaluation that is not the one whose SHA-256 is known was altered", async () => {
  const key = "scones/a/evaluations/1/evaluation.json";
  const known = sha256(objects[key] ?? "");
  const uri = `s3://artifacts/${key}`;
  expect(await read(ofHash(known), uri)).toEqual({ predictions: [], classes: [] });
  await expect(read(ofHash("0"), uri)).rejects.toThrow(
    `${uri} was altered: its SHA-256 is ${known}, that of the evaluation 0. Run evaluate-model again.`,
  );
});

test("where no dataset is staged that is said", async () => {
  await expect(read(readDataset, "s3://artifacts/scones/a/datasets/none")).rejects.toThrow(
    "No dataset is staged at s3://artifacts/scones/a/datasets/none: its manifest.json is missing. Run stage-data.",
  );
});

test.each(["other", "null"])("a manifest that is none is refused: %s", async (name) => {
  await expect(read(readDataset, `s3://artifacts/scones/a/datasets/${name}`)).rejects.toThrow(
    `s3://artifacts/scones/a/datasets/${name}/manifest.json is no dataset's manifest: it was altered.`,
  );
});

test.each(["scones/a/evaluation.json", "scones/a/datasets/1/manifest.json"])(
  "what is no evaluation is refused: %s",
  async (key) => {
    await expect(read(readEvaluation, `s3://artifacts/${key}`)).rejects.toThrow(
      `There is no evaluation at s3://artifacts/${key}. Run evaluate-model.`,
    );
  },
);

test("a manifest that was cut off is named", async () => {
  await expect(read(readDataset, "s3://artifacts/scones/a/datasets/cut/")).rejects.toThrow(
    "s3://artifacts/scones/a/datasets/cut/manifest.json is no JSON: it was cut off or altered.",
  );
});

test("a bucket that is absent is named", async () => {
  await expect(read(readDataset, "s3://elsewhere/scones/a/")).rejects.toThrow(
    "The bucket elsewhere does not exist",
  );
});

test.each(["datasets/1", "https://artifacts/1"])("%s is no S3 URI", async (uri) => {
  await expect(read(readDataset, uri)).rejects.toThrow(`"${uri}" is not an S3 URI`);
});
