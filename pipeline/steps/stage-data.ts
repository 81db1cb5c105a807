import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { emptyContents, layOut, pictureName } from "../dataset/layout.ts";
import type { Contents, Upload } from "../dataset/layout.ts";
import { Surveyor } from "../dataset/source.ts";
import type { Source } from "../dataset/source.ts";
import { pickValidation } from "../dataset/validation.ts";
import { StepError } from "../errors.ts";
import type { Dataset, Manifest } from "../manifest.ts";
import { keys } from "../names.ts";
import { listObjects, readText, writeJson } from "../s3.ts";

export interface StageDataInput {
  readonly source: Source;
  readonly bucket: string;
}

/** Changes when the same pictures would be staged as other objects. */
const format = 1;
const uploadsInFlight = 16;

/**
 * Puts a data set where training and evaluation find it, under a prefix named by its content. What
 * is there already is not sent again; `manifest.json` comes last.
 * @throws StepError where the bucket is missing, elsewhere or closed, or where the pictures changed
 * since the source was opened; the signal's reason on abort; whatever reading the source throws.
 */
export async function stageData(
  context: Context,
  config: Pick<Config, "project" | "environment" | "dataset">,
  { source, bucket }: StageDataInput,
): Promise<Dataset> {
  try {
    return await stage(context, config, source, bucket);
  } catch (error) {
    context.signal.throwIfAborted();
    throw explainBucketError(error, bucket);
  }
}

async function stage(
  { clients: { s3 }, progress, signal }: Context,
  config: Pick<Config, "project" | "environment" | "dataset">,
  source: Source,
  bucket: string,
): Promise<Dataset> {
  const { classes, seed, validation: share } = config.dataset;
  const { contentHash, counts } = source.survey;
  const hash = createHash("sha256")
    .update(JSON.stringify({ format, classes, seed, share, contentHash }))
    .digest("hex")
    .slice(0, 16);
  const prefix = keys.dataset(config, hash);
  const manifestKey = `${prefix}manifest.json`;
  const before = await readText(s3, bucket, manifestKey);
  if (before !== undefined) {
    progress.line(`s3://${bucket}/${prefix} is staged already`);
    return {
      bucket,
      prefix,
      manifest: { ...(JSON.parse(before) as Manifest), source: source.name },
    };
  }

  const staged = new Map<string, string>();
  for await (const { key, etag } of listObjects(s3, bucket, prefix)) staged.set(key, etag);
  const total = [...counts.train, ...counts.test].reduce((sum, count) => sum + count);
  const surveyor = new Surveyor(classes, (done) => progress.count(done, total, "pictures"));
  const contents = emptyContents();
  const uploads = layOut(surveyor.pass(source.pictures()), {
    classes,
    validation: pickValidation(counts.train, share, seed),
    contents,
  });
  const send = async ({ key, body, contentType }: Upload) => {
    const Key = prefix + key;
    if (staged.get(Key) === createHash("md5").update(body).digest("hex")) return;
    const object = { Bucket: bucket, Key, Body: body, ContentType: contentType };
    const put = () => s3.send(new PutObjectCommand(object), { abortSignal: signal });
    await put().catch((error: unknown) => {
      // Spoilt on the way, which the SDK does not retry: its checksum is of the bytes that are here.
      if ((error as Error).name === "BadDigest") return put();
      throw error;
    });
  };
  await pMap(uploads, send, { concurrency: uploadsInFlight, signal });
  if (surveyor.survey().contentHash !== contentHash) {
    throw new StepError(
      `The pictures of "${source.name}" changed while they were staged: run it again. ` +
        `s3://${bucket}/${prefix} is without a manifest, so nothing will use it.`,
    );
  }
  const manifest = describe(contents, { hash, source: source.name, classes, seed });
  await writeJson(s3, bucket, manifestKey, manifest);
  return { bucket, prefix, manifest };
}

function describe(
  { train, validation, test, shards }: Contents,
  head: Pick<Manifest, "hash" | "source" | "classes" | "seed">,
): Manifest {
  return {
    ...head,
    counts: {
      train: train.labels.length,
      validation: validation.labels.length,
      test: test.labels.length,
    },
    ...shards,
    test: test.labels.map((label, at) => ({
      key: `test/${pictureName(head.classes[label], test.ids[at])}`,
      label,
    })),
  };
}
