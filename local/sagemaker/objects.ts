import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import { listObjects, parseS3Uri } from "../../pipeline/s3.ts";

/** A place in S3. */
interface Location {
  readonly bucket: string;
  readonly key: string;
}

export interface StoredObject extends Location {
  readonly size: number;
}

/** Every object under an S3 URI, in the order of their keys, without "folder" objects. */
export async function objectsUnder(
  s3: S3Client,
  uri: string,
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const { bucket, key: prefix } = parseS3Uri(uri);
  const found: StoredObject[] = [];
  for await (const { key, size } of listObjects(s3, bucket, prefix, { signal })) {
    if (!key.endsWith("/")) found.push({ bucket, key, size });
  }
  return found;
}

/** A key below its prefix, as SageMaker names files and outputs after it. */
export function relativeKey(prefix: string, key: string): string {
  if (prefix === key) return path.posix.basename(key);
  const folder = prefix.endsWith("/") || prefix === "" ? prefix : `${prefix}/`;
  return key.startsWith(folder) ? key.slice(folder.length) : path.posix.basename(key);
}

/** Downloads objects below `prefix` into a folder, eight at once. */
export async function downloadAll(
  s3: S3Client,
  objects: readonly StoredObject[],
  { prefix, folder, signal }: { prefix: string; folder: string; signal: AbortSignal },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await pMap(
    objects,
    async (object) => {
      const file = path.join(folder, relativeKey(prefix, object.key));
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(await openObject(s3, object, signal), createWriteStream(file), { signal });
    },
    { concurrency: 8, signal },
  );
}

/** An object's bytes as a stream. */
export async function openObject(
  s3: S3Client,
  { bucket, key }: Location,
  signal: AbortSignal,
): Promise<Readable> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
    abortSignal: signal,
  });
  return Body as Readable;
}

/** An object's bytes. */
export async function readObject(
  s3: S3Client,
  { bucket, key }: Location,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
    abortSignal: signal,
  });
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

/** Whether an object is there and may be read. */
export async function objectExists(s3: S3Client, { bucket, key }: Location): Promise<boolean> {
  return s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).then(
    () => true,
    () => false,
  );
}

/** Writes an object. */
export async function writeObject(
  s3: S3Client,
  { bucket, key }: Location,
  body: Uint8Array | string,
): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

/** Deletes an object. */
export async function deleteObject(s3: S3Client, { bucket, key }: Location): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}
