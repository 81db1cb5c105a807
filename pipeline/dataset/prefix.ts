import { GetObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { StepError, UsageError } from "../errors.ts";
import { listObjects } from "../s3.ts";
import { explainBucketError } from "./bucket-error.ts";
import { refuseLarge, type Tree } from "./tree.ts";

/** A prefix of a bucket; it is empty, or ends with a slash. */
export interface Prefix {
  readonly bucket: string;
  readonly key: string;
}

/**
 * What lies under an S3 prefix, as folders. What it reads throws a StepError where the bucket is missing,
 * elsewhere or closed, or an object is gone since it was listed.
 */
export function prefixTree(s3: S3Client, { bucket, key: root }: Prefix, signal: AbortSignal): Tree {
  const at = (path: string) => `s3://${bucket}/${root}${path}`;
  const keyOf = (path: string) => (path === "" ? root : `${root}${path}/`);
  const explain = (error: unknown, refused: string) => {
    signal.throwIfAborted();
    return explainCredentials(error) ?? explainBucketError(error, bucket, advice(root, refused));
  };
  const listed = async function* (prefix: string) {
    try {
      for await (const { key } of listObjects(s3, bucket, prefix, { signal })) {
        signal.throwIfAborted();
        yield key;
      }
    } catch (error) {
      throw explain(error, "s3:ListBucket");
    }
  };
  const isThere = async (prefix: string, found = (_key: string) => true) => {
    for await (const key of listed(prefix)) return found(key);
    return false;
  };
  const fetch = async (Key: string) => {
    const object = { Bucket: bucket, Key };
    const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand(object), {
      abortSignal: signal,
    });
    refuseLarge(`s3://${bucket}/${Key}`, ContentLength);
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  return {
    concurrency: 8,
    at,
    has: (path) => isThere(keyOf(path)),
    list: async (path) => {
      const prefix = keyOf(path);
      const names: string[] = [];
      let isEmpty = true;
      for await (const key of listed(prefix)) {
        isEmpty = false;
        const name = key.slice(prefix.length);
        if (name !== "" && !name.includes("/")) names.push(name);
      }
      return isEmpty ? undefined : names;
    },
    read: async (path) => {
      const key = root + path;
      try {
        return await fetch(key).catch((error: unknown) => {
          // A body that breaks off, or is spoilt on the way, is not the SDK's to retry.
          if (isAnswer(error) || signal.aborted) throw error;
          return fetch(key);
        });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof S3ServiceException)) throw error;
        // Who may list only this prefix is told "access denied" of a key that is missing.
        const mayBeGone = error.name === "NoSuchKey" || error.name === "AccessDenied";
        if (mayBeGone && !(await isThere(key, (found) => found === key))) {
          throw new StepError(`${at(path)} was deleted while it was read: run it again.`, {
            cause: error,
          });
        }
        const explained = explain(error, `s3:GetObject on ${at(path)}`);
        if (explained !== error) throw explained;
        throw new StepError(`${at(path)} cannot be read: ${error.name}: ${error.message}`, {
          cause: error,
        });
      }
    },
  };
}

/** Whether asking again would give the same. */
function isAnswer(error: unknown): boolean {
  return error instanceof S3ServiceException || error instanceof UsageError;
}

function advice(prefix: string, refused: string) {
  return {
    missing: "correct the data set's name",
    elsewhere: "copy the pictures into a bucket of this region (aws s3 sync)",
    closed:
      `${refused} is refused. To read pictures, the role needs s3:ListBucket on the bucket for the prefix ` +
      `"${prefix}" and s3:GetObject below it, which PicturesBucket and PicturesPrefix of ` +
      "cloudformation/bootstrap.yaml give",
  };
}

function explainCredentials(error: unknown): StepError | undefined {
  if (!(error instanceof Error) || error.name !== "CredentialsProviderError") return undefined;
  return new StepError(
    `There are no AWS credentials to read the pictures with: ${error.message}. Sign in ` +
      "(AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), or name a folder.",
    { cause: error },
  );
}
