import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { describeEndpoint } from "../pipeline/endpoint/endpoint.ts";
import { UsageError } from "../pipeline/errors.ts";
import { names } from "../pipeline/names.ts";
import { parseS3Uri } from "../pipeline/s3.ts";

/** The artifact bucket: the configuration's, else the one that the endpoint captures to. @throws UsageError */
export async function bucketOf(
  context: Context,
  config: Pick<Config, "project" | "environment" | "bucket">,
): Promise<string> {
  if (config.bucket !== undefined) return config.bucket;
  const name = names.endpoint(config);
  const uri = (await describeEndpoint(context, name))?.DataCaptureConfig?.DestinationS3Uri;
  if (uri !== undefined) return parseS3Uri(uri).bucket;
  throw new UsageError(
    `There is no endpoint ${name} here that captures. Name the bucket with --bucket, or another environment ` +
      "(--environment local for npm run app, with the variables that it prints).",
  );
}
