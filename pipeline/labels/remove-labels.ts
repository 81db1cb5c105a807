import pMap from "p-map";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { keys } from "../names.ts";
import { listObjects, readText } from "../s3.ts";
import { emptyPrefix } from "../teardown/empty-prefix.ts";
import { copyAt } from "./labelled-captures.ts";
import { OWN_FILE, parseGroundTruth } from "./ground-truth.ts";
import { changeTruthFile } from "./truth-file.ts";

export interface RemovedLabels {
  /** Events of which a label or a copy of the capture went. */
  readonly removed: number;
  /** S3 URIs of files that others wrote and that still name some of the events. */
  readonly left: readonly string[];
}

/** Files read at a time. */
const CONCURRENCY = 8;

/**
 * Takes back what was said of events, whatever class it was: their lines in the files that uploadLabels
 * wrote, then the copies of their captures with all versions. Files of others are left as they are.
 */
export async function removeLabels(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  { bucket, eventIds }: { readonly bucket: string; readonly eventIds: ReadonlySet<string> },
): Promise<RemovedLabels> {
  const { clients, signal } = context;
  const removed = new Set<string>();
  try {
    const files = await keysUnder(keys.groundTruth(config));
    const left = await pMap(
      files,
      async (key) => {
        if (!key.endsWith(`/${OWN_FILE}`))
          return (await names(key)) ? [`s3://${bucket}/${key}`] : [];
        const dropped = new Set<string>();
        await changeTruthFile(context, { bucket, key }, (labels) => {
          dropped.clear();
          for (const id of eventIds) if (labels.delete(id)) dropped.add(id);
          return dropped.size > 0;
        });
        for (const id of dropped) removed.add(id);
        return [];
      },
      { concurrency: CONCURRENCY, signal },
    );
    for (const key of await keysUnder(keys.labelled(config))) {
      const id = copyAt(key)?.eventId;
      if (id === undefined || !eventIds.has(id)) continue;
      await removeCopy(context, bucket, key);
      removed.add(id);
    }
    return { removed: removed.size, left: left.flat() };
  } catch (error) {
    signal.throwIfAborted();
    throw explainBucketError(error, bucket);
  }

  async function keysUnder(prefix: string): Promise<string[]> {
    const found = await Array.fromAsync(listObjects(clients.s3, bucket, prefix, { signal }));
    return found.map(({ key }) => key).filter((key) => key.endsWith(".jsonl"));
  }

  async function names(key: string): Promise<boolean> {
    const lines = ((await readText(clients.s3, bucket, key, signal)) ?? "").split("\n");
    return lines.some((line) => eventIds.has(parseGroundTruth(line)?.eventId ?? ""));
  }
}

/** Deletes the copy of a labelled capture, with all its versions. */
export async function removeCopy(context: Context, bucket: string, key: string): Promise<void> {
  await emptyPrefix(context, bucket, key, (version) => version.key !== key);
}
