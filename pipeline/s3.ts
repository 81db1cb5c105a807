import { createHash } from "node:crypto";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { StepError } from "./errors.ts";

/** The text of an object, or undefined where there is none. */
export async function readText(
  s3: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key }),
      abortable(signal),
    );
    return await Body?.transformToString();
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw error;
  }
}

/** The bytes of an object, empty where it is empty. */
export async function readBytes(
  s3: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
    abortSignal: signal,
  });
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** Writes a value as JSON. @returns the SHA-256 of what was written, in hex */
export async function writeJson(
  s3: S3Client,
  bucket: string,
  key: string,
  value: unknown,
): Promise<string> {
  const text = JSON.stringify(value);
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: text,
      ContentType: "application/json",
    }),
  );
  return sha256(text);
}

/** Writes a page that a browser shows as it opens it. */
export async function writeHtml(
  s3: S3Client,
  bucket: string,
  key: string,
  html: string,
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: html,
      ContentType: "text/html; charset=utf-8",
    }),
  );
}

/** The SHA-256 of bytes, or of a text in UTF-8, in hex. */
export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The keys under a prefix with their sizes in bytes and ETags (an MD5 in hex, where the bucket is
 * not encrypted with KMS), and when they were written, all pages, in S3's order; with `startAfter` those
 * behind it.
 */
export async function* listObjects(
  s3: S3Client,
  bucket: string,
  prefix: string,
  {
    startAfter,
    signal,
  }: { readonly startAfter?: string | undefined; readonly signal?: AbortSignal } = {},
): AsyncGenerator<{ key: string; size: number; etag: string; modified: Date }> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        StartAfter: startAfter,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
      abortable(signal),
    );
    for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
      yield {
        key: Key ?? "",
        size: Size ?? 0,
        etag: ETag?.replaceAll('"', "") ?? "",
        modified: LastModified ?? new Date(0),
      };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Splits `s3://bucket/key`; the key may be empty. @throws StepError where it is not one. */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (match === null) throw new StepError(`"${uri}" is not an S3 URI (s3://bucket/key).`);
  return { bucket: match[1] ?? "", key: match[2] ?? "" };
}

/** Whether S3 refused a conditional write: its condition does not hold, or another's write came first. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof Error &&
    ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"].includes(error.name)
  );
}
