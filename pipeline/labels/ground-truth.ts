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
 * The file that uploadLabels writes, below the hour's `yyyy/mm/dd/hh/`; others may lie beside it. AWS's guide
 * names the hour of the label, which need not be that of the capture; here it is: a label has one place,
 * however often it is uploaded, and is found whether Model Monitor looks from a window's begin on or in the
 * window alone.
 */
export const OWN_FILE = "labels.jsonl";

/** A label, and the hour of its capture. */
export interface TimedLabel extends Label {
  /** Its beginning. */
  readonly hour: Date;
}

/** A label and where it stands. */
export interface FoundLabel extends TimedLabel {
  /** S3 URI. */
  readonly file: string;
}

export interface GroundTruth {
  /** By event, in the order of the hours. */
  readonly labels: ReadonlyMap<string, FoundLabel>;
  /** Lines that are no ground truth, or stand under no hour: `s3://bucket/key:7`. */
  readonly unreadable: readonly string[];
  /** Events of two classes, each with the S3 URIs of its files. They are not among the labels. */
  readonly conflicting: readonly string[];
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
  for await (const { key, modified } of listObjects(s3, bucket, keys.groundTruth(config), {
    signal,
  })) {
    if (key.endsWith(".jsonl") && modified >= writtenSince) files.push(key);
  }
  const texts = await pMap(
    files,
    async (key) => ({ key, text: (await readText(s3, bucket, key, signal)) ?? "" }),
    { concurrency: CONCURRENCY, signal },
  );
  const labels = new Map<string, FoundLabel>();
  const conflicting = new Map<string, Set<string>>();
  const unreadable: string[] = [];
  for (const { key, text } of texts) {
    const hour = hourOf(key);
    const file = `s3://${bucket}/${key}`;
    for (const [at, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      const label = parseGroundTruth(line);
      if (label === undefined || hour === undefined) {
        unreadable.push(`${file}:${at + 1}`);
        continue;
      }
      const before = labels.get(label.eventId);
      if (before === undefined || before.class === label.class) {
        labels.set(label.eventId, { ...label, hour, file });
        continue;
      }
      const said = conflicting.get(label.eventId) ?? new Set([before.file]);
      conflicting.set(label.eventId, said.add(file));
    }
  }
  for (const eventId of conflicting.keys()) labels.delete(eventId);
  const places = [...conflicting].map(([id, said]) => `${id} in ${[...said].join(" and ")}`);
  return { labels, unreadable, conflicting: places };
}

/** The hour that a file's folders name, its beginning; undefined where they name none. */
export function hourOf(key: string): Date | undefined {
  const [, year, month, day, hour] =
    /\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/[^/]+$/.exec(key)?.map(Number) ?? [];
  return year === undefined ? undefined : new Date(Date.UTC(year, (month ?? 1) - 1, day, hour));
}
