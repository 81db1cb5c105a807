import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { keys } from "../names.ts";
import { objectVersions, type ObjectVersion, unfinishedUploads } from "./object-versions.ts";
import { registeredModels } from "../registry/registered-models.ts";

/** What an environment's objects are to whoever comes after its teardown. */
export type Share = "reports" | "models" | "labels" | "rest";

/** How many versions, delete markers and unfinished uploads, and what they weigh. */
export interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** What lies under one of an environment's prefixes. */
export interface Stored {
  /** `s3://bucket/project/environment/`. */
  readonly uri: string;
  readonly amounts: Readonly<Record<Share, Amount>>;
}

export interface StoredObjects {
  readonly places: readonly Stored[];
  readonly shareOf: (version: ObjectVersion) => Share;
}

/**
 * Counts everything under the environment's prefixes in four shares: the current reports, the current
 * artifacts of the models that are registered in `groups`, the current labels, and all the rest, former versions too.
 * @throws StepError where the bucket is not there: one that was misspelt would have nothing to delete.
 */
export async function storedObjects(
  context: Context,
  config: Config,
  { bucket, groups }: { readonly bucket: string; readonly groups: readonly string[] },
): Promise<StoredObjects> {
  const reports = keys.reports(config);
  const labels = keys.labels(config);
  const artifacts = new Set<string>();
  for (const group of groups) {
    for await (const { modelDataUrl } of registeredModels(context, group)) {
      artifacts.add(modelDataUrl);
    }
  }
  const shareOf = ({ key, current }: ObjectVersion): Share => {
    if (!current) return "rest";
    if (artifacts.has(`s3://${bucket}/${key}`)) return "models";
    if (labels.some((each) => key.startsWith(each))) return "labels";
    return reports.some((each) => key.startsWith(each)) ? "reports" : "rest";
  };
  const places = keys.owned(config).map(async (prefix) => ({
    uri: `s3://${bucket}/${prefix}`,
    amounts: await amountsUnder(context, bucket, prefix, shareOf),
  }));
  return { places: await Promise.all(places), shareOf };
}

async function amountsUnder(
  context: Context,
  bucket: string,
  prefix: string,
  shareOf: (version: ObjectVersion) => Share,
): Promise<Stored["amounts"]> {
  const amounts = { reports: nothing(), models: nothing(), labels: nothing(), rest: nothing() };
  try {
    for await (const page of objectVersions(context, bucket, prefix)) {
      for (const version of page) {
        const amount = amounts[shareOf(version)];
        amount.count += 1;
        amount.bytes += version.size;
      }
    }
    for await (const page of unfinishedUploads(context, bucket, prefix)) {
      amounts.rest.count += page.length;
    }
  } catch (error) {
    throw explainBucketError(error, bucket);
  }
  return amounts;
}

function nothing() {
  return { count: 0, bytes: 0 };
}
