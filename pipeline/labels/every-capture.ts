import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { captureLines } from "../monitoring/capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { VARIANT } from "../endpoint/endpoint-config.ts";
import { keys, names } from "../names.ts";

/** Where data capture writes what a model was asked at the environment's endpoint. */
export function capturePrefix(
  config: Pick<Config, "project" | "environment">,
  modelName: string,
): string {
  return `${keys.capture(config, modelName)}${names.endpoint(config)}/${VARIANT}/`;
}

/** The lines of what the environment's endpoint was asked, whichever model answered. */
export async function* everyCapture(
  { clients: { s3: client }, signal }: Context,
  config: Pick<Config, "project" | "environment">,
  bucket: string,
  period: { readonly since?: Date; readonly until?: Date } = {},
): AsyncGenerator<readonly Buffer[]> {
  const Prefix = keys.captures(config);
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix, Delimiter: "/" });
  for await (const { CommonPrefixes = [] } of pages) {
    for (const { Prefix: folder = "" } of CommonPrefixes) {
      const prefix = capturePrefix(config, folder.slice(Prefix.length, -1));
      yield* captureLines(client, bucket, prefix, { ...period, signal });
    }
  }
}
