import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { CodeFile } from "./bundle.ts";
import type { Context } from "../context.ts";
import { sha256 } from "../s3.ts";

/**
 * Puts the Lambdas' archives and the state machines' definitions under a prefix, each named by its
 * content's hash; what is there already is not sent again.
 * @returns the keys by the template's parameters: `SerializeImageKey` for `serialize-image`.
 */
export async function uploadCode(
  context: Context,
  bucket: string,
  prefix: string,
  code: readonly CodeFile[],
): Promise<Record<string, string>> {
  const keys = await Promise.all(
    code.map(async ({ name, extension, body }) => {
      const key = `${prefix}${name}-${sha256(body).slice(0, 16)}.${extension}`;
      return [parameter(name), await putOnce(context, bucket, key, body)] as const;
    }),
  );
  return Object.fromEntries(keys);
}

function parameter(name: string): string {
  return `${name.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase())}Key`;
}

/** Puts an object unless one of that key is there: keys are named by their content. Returns the key. */
export async function putOnce(
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
