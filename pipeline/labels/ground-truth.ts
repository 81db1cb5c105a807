import pMap from "p-map";
import * as z from "zod";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { keys } from "../names.ts";
import { listObjects, readText } from "../s3.ts";

/** What a person said of one captured picture. */
export interface Label {
  /** The capture's InferenceId where it has one, else its own id. */
  readonly eventId: string;
  /** Name of the class. */
  readonly class: string;
}

/**
 * A line of SageMaker Model Monitor's ground truth, which it merges with captures by their event ids:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
 */
const record = z.object({
  groundTruthData: z.object({ data: z.string().min(1), encoding: z.literal("CSV") }),
  eventMetadata: z.object({ eventId: z.string().min(1) }),
  eventVersion: z.literal("0"),
});

/** A label as a line of a ground truth file. */
export function groundTruthLine({ eventId, class: data }: Label): string {
  const line: z.infer<typeof record> = {
    groundTruthData: { data, encoding: "CSV" },
    eventMetadata: { eventId },
    eventVersion: "0",
  };
  return JSON.stringify(line);
}

/** The label of a line of a ground truth file; undefined where it is none. */
export function parseGroundTruth(line: string): Label | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { data } = record.safeParse(value);
  return data && { eventId: data.eventMetadata.eventId, class: data.groundTruthData.data.trim() };
}

/**
 * Where the ground truth of an hour lies, below its prefix: `2026/01/31/07/`. AWS's guide names the hour of
 * the label, which need not be that of the capture; here it is: a label has one place, however often it
 * is uploaded, and is found whether Model Monitor looks from a window's begin on or in the window alone.
 */
export function hourFolder(time: Date): string {
  return `${time.toISOString().slice(0, 13).replaceAll(/[-T]/g, "/")}/`;
}

/** The file of an hour that uploadLabels writes; others may lie beside it. */
export const OWN_FILE = "labels.jsonl";

/** A label, and the hour of its capture. */
export interface TimedLabel extends Label {
  /** Its beginning. */
  readonly hour: Date;
}

export interface GroundTruth {
  /** By event, in the order of the hours. */
  readonly labels: ReadonlyMap<string, TimedLabel>;
  /** Lines that are no ground truth, or stand under no hour. */
  readonly unreadable: number;
  /** Events of two classes. They are not among the labels. */
  readonly conflicting: number;
}

/** Files read at a time. */
const CONCURRENCY = 16;

/** What was said of an environment's captures, whoever uploaded it: all, or what was written since a time. */
export async function readGroundTruth(
  { clients: { s3 }, signal }: Context,
  config: Pick<Config, "project" | "environment">,
  bucket: string,
  writtenSince = new Date(0),
): Promise<GroundTruth> {
  const files: string[] = [];
  for await (const { key, modified } of listObjects(s3, bucket, keys.groundTruth(config))) {
    if (key.endsWith(".jsonl") && modified >= writtenSince) files.push(key);
  }
  const texts = await pMap(
    files,
    async (key) => ({ key, text: (await readText(s3, bucket, key)) ?? "" }),
    { concurrency: CONCURRENCY, signal },
  );
  const labels = new Map<string, TimedLabel>();
  const conflicting = new Set<string>();
  let unreadable = 0;
  for (const { key, text } of texts) {
    const hour = hourOf(key);
    for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
      const label = parseGroundTruth(line);
      if (label === undefined || hour === undefined) {
        unreadable += 1;
        continue;
      }
      const before = labels.get(label.eventId);
      if (before !== undefined && before.class !== label.class) conflicting.add(label.eventId);
      else labels.set(label.eventId, { ...label, hour });
    }
  }
  for (const eventId of conflicting) labels.delete(eventId);
  return { labels, unreadable, conflicting: conflicting.size };
}

function hourOf(key: string): Date | undefined {
  const [, year, month, day, hour] =
    /\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/[^/]+$/.exec(key)?.map(Number) ?? [];
  return year === undefined ? undefined : new Date(Date.UTC(year, (month ?? 1) - 1, day, hour));
}
