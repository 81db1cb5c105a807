import { randomUUID } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { MAX_PICTURE_BYTES } from "../../lambdas/picture.ts";

/** Bytes that a photo may have; serialize-image reads no more from S3. */
export const MAX_PHOTO_BYTES = 20_000_000;

export interface Uploads {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Ends with a slash; the API reads from there. */
  readonly prefix: string;
}

/** The API's request for a photo: inside it where it fits, else by the key under which it now lies in S3. */
export async function requestFor(
  photo: Buffer,
  { s3, bucket, prefix }: Uploads,
  signal: AbortSignal,
): Promise<{ image_data: string } | { s3_key: string }> {
  if (photo.length <= MAX_PICTURE_BYTES) return { image_data: photo.toString("base64") };
  const s3_key = `${prefix}${randomUUID()}`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: s3_key, Body: photo }), {
    abortSignal: signal,
  });
  return { s3_key };
}
