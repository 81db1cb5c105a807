import { createHash } from "node:crypto";
import pMap from "p-map";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { capturedCounts, withCaptures } from "../dataset/captured.ts";
import type { Upload } from "../dataset/blocks.ts";
import { type ChannelNames, channelNames, hasShards, trainFolder } from "../dataset/channels.ts";
import { emptyContents, layOut, pictureName } from "../dataset/layout.ts";
import type { Contents } from "../dataset/layout.ts";
import { Surveyor } from "../dataset/source.ts";
import type { Picture, Source } from "../dataset/source.ts";
import { Uploader } from "../dataset/uploader.ts";
import { pickValidation } from "../dataset/validation.ts";
import { emptyPrefix } from "../teardown/empty-prefix.ts";
import { StepError, UsageError } from "../errors.ts";
import type { Dataset, Manifest } from "../dataset/manifest.ts";
import { sum } from "../evaluation/metrics.ts";
import { keys } from "../names.ts";
import { writeJson } from "../s3.ts";
import { findDataset } from "../stored.ts";

export interface StageDataInput {
  readonly source: Source;
  readonly bucket: string;
}

type StagingConfig = Pick<Config, "project" | "environment" | "dataset" | "training">;

/** Change when the same pictures would be staged as other objects. */
const formats = { plain: 2, captured: 3 };
const uploadsInFlight = 16;

/**
 * Puts a data set where training and evaluation find it, under a prefix named by its content. What is there
 * already is not sent again; `manifest.json` comes last. Another number of training instances adds their
 * shards to it, and nothing else. With `dataset.withCaptures` it holds, beside the source's pictures, those
 * that the environment's endpoint was sent and people have labelled.
 * @throws StepError where the bucket is missing, elsewhere or closed, or where the pictures changed since the
 * source was opened, or too many labels can't be used; UsageError for more instances than pictures of a
 * class; the signal's reason on abort; whatever reading the source throws.
 */
export async function stageData(
  context: Context,
  config: StagingConfig,
  { source, bucket }: StageDataInput,
): Promise<Dataset> {
  try {
    const whole = config.dataset.withCaptures
      ? await withCaptures(context, config, { source, bucket })
      : source;
    return await stage(context, config, whole, bucket);
  } catch (error) {
    context.signal.throwIfAborted();
    throw explainBucketError(error, bucket);
  }
}

async function stage(
  context: Context,
  config: StagingConfig,
  source: Source,
  bucket: string,
): Promise<Dataset> {
  const { s3 } = context.clients;
  const { seed, validation: share } = config.dataset;
  const { instanceCount } = config.training;
  const { name, classes, background } = source;
  const { contentHash } = source.survey;
  const captured = source.captured && capturedCounts(source.captured);
  const validation = pickValidation(ownTrain(source), share, seed);
  refuseEmptyShards(instanceCount, source, validation);
  const format = captured === undefined ? formats.plain : formats.captured;
  const hash = createHash("sha256")
    .update(JSON.stringify({ format, classes, background, seed, share, contentHash, captured }))
    .digest("hex")
    .slice(0, 16);
  const prefix = keys.dataset(config, hash);
  const place = { bucket, prefix };
  const plan = { ...place, validation, channels: channelNames(instanceCount) };
  const manifestKey = `${prefix}manifest.json`;
  const staged = await findDataset(context, place);
  if (staged === undefined) {
    const { contents, changed } = await upload(context, source, plan);
    const outcome = `s3://${bucket}/${prefix} is without a manifest, so nothing will use it.`;
    if (changed) throw changedMeanwhile(source, outcome);
    const manifest = describe(contents, {
      hash,
      source: name,
      classes,
      ...(background !== undefined && { background }),
      ...(captured && { captured }),
      seed,
    });
    await writeJson(s3, bucket, manifestKey, manifest);
    return { ...place, manifest };
  }
  const dataset = { ...place, manifest: { ...staged.manifest, source: name } };
  if (await hasShards(s3, place, instanceCount)) {
    context.progress.line(`s3://${bucket}/${prefix} is staged already`);
    return dataset;
  }
  // Of a whole dataset only the shards for another number of instances are missing.
  const folder = trainFolder(instanceCount);
  const { changed } = await upload(context, source, plan, folder);
  if (changed) {
    // They are whole, and beside a manifest: whoever finds them there believes them.
    await emptyPrefix(context, bucket, prefix + folder);
    const outcome = `What was sent to s3://${bucket}/${prefix}${folder} is deleted again.`;
    throw changedMeanwhile(source, outcome);
  }
  return dataset;
}

interface UploadPlan {
  readonly bucket: string;
  readonly prefix: string;
  /** For each label: which of its training pictures, captured ones aside, are for validation. */
  readonly validation: readonly ReadonlySet<number>[];
  readonly channels: ChannelNames;
}

/**
 * Sends the dataset's objects that are not there; with `only` those in that folder of training pictures.
 * `changed` says that the pictures are not those that the source was opened with.
 */
async function upload(
  { clients, progress, signal }: Context,
  { classes, survey, pictures }: Source,
  { bucket, prefix, validation, channels }: UploadPlan,
  only?: string,
): Promise<{ contents: Contents; changed: boolean }> {
  const total = sum([...survey.counts.train, ...survey.counts.test]);
  const surveyor = new Surveyor(classes, (done) => progress.count(done, total, "pictures"));
  const contents = emptyContents();
  const surveyed = surveyor.pass(pictures());
  const uploads = layOut(only === undefined ? surveyed : withoutTests(surveyed), {
    classes,
    validation,
    channels,
    contents,
  });
  const uploader = new Uploader(clients.s3, bucket, prefix, signal);
  await uploader.survey(only);
  const send = async (each: Upload) => {
    if (only === undefined || each.key.startsWith(only)) await uploader.send(each);
    each.release?.();
  };
  try {
    await pMap(uploads, send, { concurrency: uploadsInFlight, signal });
  } catch (error) {
    await uploader.abort().catch(() => undefined); // The first error says what is wrong.
    throw error;
  }
  return { contents, changed: surveyor.survey().contentHash !== survey.contentHash };
}

function changedMeanwhile({ name }: Source, outcome: string): StepError {
  return new StepError(
    `The pictures of "${name}" changed while they were staged: run it again. ${outcome}`,
  );
}

async function* withoutTests(pictures: AsyncIterable<Picture>) {
  for await (const picture of pictures) if (picture.split === "train") yield picture;
}

/** Of each label the training pictures that were not captured: these ones are split among themselves. */
function ownTrain({ survey, captured }: Source): number[] {
  return survey.counts.train.map(
    (count, label) => count - (captured?.train[label] ?? 0) - (captured?.validation[label] ?? 0),
  );
}

/** @throws UsageError where an instance would have nothing to train on. */
function refuseEmptyShards(
  instances: number,
  { survey, captured }: Source,
  validation: readonly ReadonlySet<number>[],
): void {
  const most = Math.max(
    ...survey.counts.train.map(
      (count, label) => count - (validation[label]?.size ?? 0) - (captured?.validation[label] ?? 0),
    ),
  );
  if (instances <= most) return;
  throw new UsageError(
    `training.instanceCount is ${instances}, and the largest class has ${most} training pictures: ` +
      "some instances would have none. Lower it.",
  );
}

function describe(
  { train, validation, test }: Contents,
  head: Omit<Manifest, "counts" | "test">,
): Manifest {
  return {
    ...head,
    counts: { train, validation, test: test.labels.length },
    test: test.labels.map((label, at) => ({
      key: `test/${pictureName(head.classes[label], test.ids[at])}`,
      label,
      ...(test.captured.has(at) && { captured: true }),
    })),
  };
}
