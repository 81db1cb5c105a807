import { GetObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { UnprovenError } from "../errors.ts";
import { parseS3Uri } from "../s3.ts";

/**
 * What tells a `model.tar.gz` from every other. SageMaker uploads it without a SHA-256, so S3's entity
 * tag has to do, which "reflects changes only to the contents of an object" (S3 API reference, common
 * response headers). It is opaque: an MD5 of one PUT, of several parts something else.
 */
export interface ModelArtifact {
  readonly etag: string;
  readonly bytes: number;
}

export interface StoredArtifact extends ModelArtifact {
  /** Whole seconds. */
  readonly modified: Date;
}

/** Of a gzip file with deflate: RFC 1952, 2.3.1. */
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

/**
 * A model's artifact as it lies in S3 now.
 * @throws UnprovenError where it is missing, empty or no gzip archive.
 */
export async function modelArtifact(
  { clients, signal }: Context,
  uri: string,
): Promise<StoredArtifact> {
  const { bucket, key } = parseS3Uri(uri);
  // Not HeadObject: its refusals have no body, and so no reason.
  const request = new GetObjectCommand({ Bucket: bucket, Key: key, Range: "bytes=0-2" });
  const { ETag, ContentRange, LastModified, Body } = await clients.s3
    .send(request, { abortSignal: signal })
    .catch((cause: unknown) => {
      const name = cause instanceof S3ServiceException ? cause.name : "";
      if (name === "NoSuchKey") throw new UnprovenError(`${uri} is missing. ${NEXT}`, { cause });
      // Of no bytes there is no range.
      if (name === "InvalidRange") throw new UnprovenError(`${uri} is empty. ${NEXT}`, { cause });
      throw explainBucketError(cause, bucket);
    });
  if (!GZIP.equals((await Body?.transformToByteArray()) ?? new Uint8Array())) {
    throw new UnprovenError(`${uri} is corrupt: it is no gzip archive. ${NEXT}`);
  }
  return {
    etag: ETag?.replaceAll('"', "") ?? "",
    bytes: Number(ContentRange?.split("/").at(-1)),
    modified: LastModified ?? new Date(),
  };
}

/**
 * The artifact, which must be the one that was measured.
 * @throws UnprovenError where it is another, missing, empty or corrupt, or none is known.
 */
export async function requireUnaltered(
  context: Context,
  uri: string,
  measured: ModelArtifact | undefined,
): Promise<void> {
  if (measured === undefined) {
    throw new UnprovenError(
      `Which ${uri} was measured is not recorded: its package was not registered by evaluate-model. Run that.`,
    );
  }
  const { etag, bytes } = await modelArtifact(context, uri);
  if (etag === measured.etag && bytes === measured.bytes) return;
  throw new UnprovenError(
    `${uri} was altered: ${bytes} bytes with the entity tag ${etag}, where ${measured.bytes} bytes ` +
      `with ${measured.etag} were measured. ${NEXT}`,
  );
}

const NEXT =
  "Bring the measured one back (where the bucket keeps versions), or train anew (train-model's input retrain).";
