import { createHash } from "node:crypto";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { ApplicationFiles, LambdaName } from "./bundle.ts";
import type { Context } from "./context.ts";

/** Where the code of the application lies in the bucket. */
export interface UploadedCode {
  readonly bucket: string;
  readonly lambdas: Readonly<Record<LambdaName, string>>;
  readonly stateMachine: string;
}

/**
 * Puts the Lambdas' archives and the state machine's definition under a prefix, each named by its
 * content's hash; what is there already is not sent again.
 */
export async function uploadCode(
  context: Context,
  bucket: string,
  prefix: string,
  { lambdas, stateMachine }: ApplicationFiles,
): Promise<UploadedCode> {
  const put = (name: string, extension: string, body: Buffer) =>
    putOnce(context, bucket, `${prefix}${name}-${sha256(body)}.${extension}`, body);
  const lambda = (name: LambdaName) => put(name, "zip", lambdas[name]);
  const [serialize, classify, filter, definition] = await Promise.all([
    lambda("serialize-image"),
    lambda("classify-image"),
    lambda("filter-inferences"),
    put("classify", "asl.json", stateMachine),
  ]);
  return {
    bucket,
    lambdas: {
      "serialize-image": serialize,
      "classify-image": classify,
      "filter-inferences": filter,
    },
    stateMachine: definition,
  };
}

async function putOnce(
  { clients: { s3 }, progress, signal }: Context,
  bucket: string,
  key: string,
  body: Buffer,
): Promise<string> {
  const size = `${(body.length / 1000).toFixed(1)} kB`;
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    progress.line(`${key} (${size}) is there already`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NotFound") throw error;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }), {
      abortSignal: signal,
    });
    progress.line(`sent ${key} (${size})`);
  }
  return key;
}

function sha256(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}
