import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { build } from "esbuild";
import type { Context } from "./context.ts";
import { zipOneFile } from "./zip.ts";

export const lambdaNames = ["serialize-image", "classify-image", "filter-inferences"] as const;
export type LambdaName = (typeof lambdaNames)[number];

const root = new URL("../", import.meta.url);

/** One Lambda with all it imports as one minified module: the archive that Lambda takes. */
export async function bundleLambda(name: LambdaName): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`lambdas/${name}.ts`, root))],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made nothing of lambdas/${name}.ts`);
  return zipOneFile("index.mjs", Buffer.from(bundle.contents));
}

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
): Promise<UploadedCode> {
  const put = (name: string, extension: string, body: Buffer) =>
    putOnce(context, bucket, `${prefix}${name}-${sha256(body)}.${extension}`, body);
  const lambda = async (name: LambdaName) => put(name, "zip", await bundleLambda(name));
  const [serialize, classify, filter, stateMachine] = await Promise.all([
    lambda("serialize-image"),
    lambda("classify-image"),
    lambda("filter-inferences"),
    readFile(new URL("cloudformation/classify.asl.json", root)).then((body) =>
      put("classify", "asl.json", body),
    ),
  ]);
  return {
    bucket,
    lambdas: {
      "serialize-image": serialize,
      "classify-image": classify,
      "filter-inferences": filter,
    },
    stateMachine,
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
