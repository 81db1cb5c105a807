import type { S3Client } from "@aws-sdk/client-s3";
import { StepError } from "../errors.ts";
import type { Dataset } from "./manifest.ts";
import { listObjects } from "../s3.ts";

/** Keys of the training channels' RecordIO files, relative to the dataset's prefix. */
export interface ChannelNames {
  /** One a training instance. */
  readonly train: readonly string[];
  readonly validation: string;
}

/**
 * The folder of the training channel for a number of instances. SageMaker's image-classification wants
 * one RecordIO file a channel (its guide, "Train with RecordIO Format"), so each instance gets one of
 * its own, by ShardedByS3Key; another number of instances has another folder beside it.
 */
export function trainFolder(instances: number): string {
  return `train/${instances}/`;
}

/** Every instance validates on all validation pictures. */
export const VALIDATION_FOLDER = "validation/";

export function channelNames(instances: number): ChannelNames {
  return {
    train: Array.from({ length: instances }, (_, at) => trainFolder(instances) + fileName(at)),
    validation: VALIDATION_FOLDER + fileName(0),
  };
}

function fileName(number: number): string {
  return `part-${String(number).padStart(5, "0")}.rec`;
}

/**
 * Which file a class's training picture goes to, by its place among them, from 0. Pictures come in
 * mixed order, so dealing each class out in turn makes the files alike: of every class they have the
 * same number, give or take one. Each class begins at another file, so that these ones spread.
 */
export function shardOf(label: number, place: number, shards: number): number {
  return (place + label) % shards;
}

type Place = Pick<Dataset, "bucket" | "prefix">;

/** Whether a dataset's training pictures are staged for a number of instances: S3 shows files only whole. */
export async function hasShards(s3: S3Client, place: Place, instances: number): Promise<boolean> {
  return (await countShards(s3, place, instances)) === instances;
}

/** @throws StepError where they are not. */
export async function requireShards(s3: S3Client, place: Place, instances: number): Promise<void> {
  const found = await countShards(s3, place, instances);
  if (found === instances) return;
  throw new StepError(
    `s3://${place.bucket}/${place.prefix}${trainFolder(instances)} has ${found} of the ${instances} ` +
      "files that training.instanceCount asks for. Run stage-data with the same configuration.",
  );
}

async function countShards(s3: S3Client, { bucket, prefix }: Place, instances: number) {
  let found = 0;
  for await (const _ of listObjects(s3, bucket, prefix + trainFolder(instances))) found += 1;
  return found;
}
