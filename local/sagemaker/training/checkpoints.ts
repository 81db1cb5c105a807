import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { filesBelow } from "../archive.ts";
import { JobFailure } from "../job-failure.ts";
import { deleteObject, downloadAll, objectsUnder, writeObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import type { TrainingRequest } from "./training-job.ts";

/** Where the algorithm keeps its checkpoints, in the folder that stands for /opt/ml. */
const LOCAL = "checkpoints";

interface Place {
  readonly s3: S3Client;
  readonly uri: string;
  readonly folder: string;
}

/** Where a job's checkpoints are; undefined where it has none. */
export function checkpointsOf(
  s3: S3Client,
  { CheckpointConfig }: TrainingRequest,
  folder: string,
): Place | undefined {
  if (CheckpointConfig === undefined) return undefined;
  const uri = CheckpointConfig.S3Uri.replace(/\/*$/, "/");
  return { s3, uri, folder: path.join(folder, LOCAL) };
}

/** Brings what earlier attempts left in S3 into the container. @throws JobFailure */
export async function restoreCheckpoints(
  { s3, uri, folder }: Place,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    const objects = await objectsUnder(s3, uri, signal);
    await downloadAll(s3, objects, { prefix: parseS3Uri(uri).key, folder, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new JobFailure(`ClientError: Checkpoint download failed:${uri}: ${String(error)}`);
  }
}

/** Makes S3 the same as the container's folder: what the algorithm deleted goes there too. @throws JobFailure */
export async function saveCheckpoints({ s3, uri, folder }: Place): Promise<void> {
  const { bucket, key: prefix } = parseS3Uri(uri);
  try {
    const files = await filesBelow(folder);
    for (const name of files) {
      const body = await readFile(path.join(folder, name));
      await writeObject(s3, { bucket, key: prefix + name }, body);
    }
    for (const object of await objectsUnder(s3, uri, new AbortController().signal)) {
      if (!files.includes(object.key.slice(prefix.length))) await deleteObject(s3, object);
    }
  } catch (error) {
    throw new JobFailure(`ClientError: Checkpoint upload failed:${uri}: ${String(error)}`);
  }
}
