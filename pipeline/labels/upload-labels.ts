import { PutObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import { type CapturedEvent, HOUR_MS, hourPath, parseEvent } from "../monitoring/capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { StepError } from "../errors.ts";
import { keys } from "../names.ts";
import { listObjects, sha256 } from "../s3.ts";
import { everyCapture } from "./every-capture.ts";
import { type Label, OWN_FILE, type TimedLabel } from "./ground-truth.ts";
import { copyAt, labelledKey } from "./labelled-captures.ts";
import { removeCopy } from "./remove-labels.ts";
import { changeTruthFile } from "./truth-file.ts";

/** A label, and where it was read. */
export interface ReadLabel extends Label {
  /** `labels.csv:7`. */
  readonly from: string;
}

export interface UploadedLabels {
  /** Events that were not labelled before. */
  readonly added: number;
  /** Events of which another class was said before. */
  readonly changed: number;
  /** What was said already. */
  readonly same: number;
  /** S3 URIs of the ground truth files that were written. */
  readonly written: readonly string[];
}

const CONCURRENCY = 8;
/** Complaints that are shown. */
const SHOWN = 10;

/**
 * Writes labels where Model Monitor looks for ground truth, one file an hour of captures, and keeps each
 * capture beside them, since a label is worth nothing without its picture. The same labels write
 * nothing; another class for an event takes the place of the former.
 * @throws StepError naming the line of every label whose event was not captured, or whose id several
 * pictures have; no label is written then.
 */
export async function uploadLabels(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  { bucket, labels }: { readonly bucket: string; readonly labels: readonly ReadLabel[] },
): Promise<UploadedLabels> {
  try {
    const timed = await keepCaptures(context, config, bucket, labels);
    const hours = Map.groupBy(timed, ({ hour }) => hourPath(hour));
    const done = await pMap(
      hours,
      ([path, some]) =>
        mergeHour(context, bucket, `${keys.groundTruth(config)}${path}/${OWN_FILE}`, some),
      { concurrency: CONCURRENCY },
    );
    return {
      added: count(done, "added"),
      changed: count(done, "changed"),
      same: count(done, "same"),
      written: done.flatMap(({ uri }) => (uri === undefined ? [] : [uri])),
    };
  } catch (error) {
    context.signal.throwIfAborted();
    throw explainBucketError(error, bucket);
  }
}

/** A capture whose copy was made. */
interface Copied {
  readonly label: ReadLabel & TimedLabel;
  readonly picture: string;
  /** Whether its id is another picture's, too: callers choose their InferenceIds. */
  isReused: boolean;
}

function pictureHash({ picture }: Pick<CapturedEvent, "picture">): string {
  return sha256(picture ?? "");
}

interface Place {
  readonly config: Pick<Config, "project" | "environment">;
  readonly bucket: string;
}

/**
 * Finds the captures of labels, and copies those that were not labelled before.
 * @throws StepError where one has none, or nobody can tell which: then nothing was labelled.
 */
async function keepCaptures(
  context: Context,
  config: Place["config"],
  bucket: string,
  labels: readonly ReadLabel[],
): Promise<TimedLabel[]> {
  const place = { config, bucket };
  const missing = new Map(labels.map((label) => [label.eventId, label]));
  const kept = await takeKept(context, place, missing);
  if (missing.size === 0) return kept;
  const copied = await copyCaptures(context, place, missing, {
    before: kept.length,
    total: labels.length,
  });
  const reused = copied.filter(({ isReused }) => isReused).map(({ label }) => label);
  // A copy that stayed would settle, the next time, which picture is meant.
  for (const label of reused) await removeCopy(context, bucket, labelledKey(config, label));
  refuseUnclear(place, [...missing.values()], reused);
  return [...kept, ...copied.map(({ label }) => label)];
}

/** Takes the labels out of `missing` whose captures were copied when they were labelled before. */
async function takeKept(
  { clients, signal }: Context,
  { config, bucket }: Place,
  missing: Map<string, ReadLabel>,
): Promise<TimedLabel[]> {
  const kept: TimedLabel[] = [];
  for await (const { key } of listObjects(clients.s3, bucket, keys.labelled(config), { signal })) {
    const copy = copyAt(key);
    const label = copy && missing.get(copy.eventId);
    if (copy === undefined || label === undefined) continue;
    missing.delete(label.eventId);
    kept.push({ ...label, hour: copy.hour });
  }
  return kept;
}

/**
 * Takes the labels out of `missing` whose captures it finds, and copies these. All captures are read, since
 * an id can come again with another picture.
 */
async function copyCaptures(
  context: Context,
  { config, bucket }: Place,
  missing: Map<string, ReadLabel>,
  { before, total }: { readonly before: number; readonly total: number },
): Promise<Copied[]> {
  const { clients, signal, progress } = context;
  const copied = new Map<string, Copied>();
  let done = before;
  for await (const some of everyCapture(context, config, bucket)) {
    const found: { readonly key: string; readonly line: Buffer }[] = [];
    for (const line of some) {
      const event = parseEvent(line);
      if (event === undefined) continue;
      const earlier = copied.get(event.labelId);
      if (earlier !== undefined && earlier.picture !== pictureHash(event)) earlier.isReused = true;
      const label = missing.get(event.labelId);
      if (label === undefined) continue;
      missing.delete(label.eventId);
      const timed = { ...label, hour: beginOfHour(event.inferenceTime) };
      const picture = pictureHash(event);
      copied.set(label.eventId, { label: timed, picture, isReused: false });
      found.push({ key: labelledKey(config, timed), line });
    }
    await pMap(
      found,
      async ({ key, line }) => {
        await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: line }), {
          abortSignal: signal,
        });
        progress.count(++done, total, "captures found");
      },
      { concurrency: CONCURRENCY },
    );
  }
  return [...copied.values()];
}

function beginOfHour(time: Date): Date {
  return new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
}

/** @throws StepError naming the labels that no capture has, and those that several pictures have. */
function refuseUnclear(
  { config, bucket }: Place,
  missing: readonly ReadLabel[],
  reused: readonly ReadLabel[],
): void {
  if (missing.length + reused.length === 0) return;
  const complaints = [
    ...missing.map(({ from, eventId }) => `${from}: no capture has the event id "${eventId}".`),
    ...reused.map(
      ({ from, eventId }) =>
        `${from}: several pictures were captured with the id "${eventId}": nobody can tell which is labelled. ` +
        "Leave it out, and have callers give each request an InferenceId of its own, or none.",
    ),
  ];
  throw new StepError(
    `${complaints.slice(0, SHOWN).join("\n")}${complaints.length > SHOWN ? `\n... and ${complaints.length - SHOWN} more.` : ""}\n` +
      `Nothing was labelled. Captures of ${config.environment} are looked for under ` +
      `s3://${bucket}/${keys.captures(config)}; they come there a minute or two after the answers.`,
  );
}

interface Merged {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  /** Undefined where nothing had to be written. */
  readonly uri?: string;
}

/** Merges labels into the ground truth of an hour. */
async function mergeHour(
  context: Context,
  bucket: string,
  key: string,
  labels: readonly Label[],
): Promise<Merged> {
  let added = 0;
  let same = 0;
  const isWritten = await changeTruthFile(context, { bucket, key }, (before) => {
    added = labels.filter(({ eventId }) => !before.has(eventId)).length;
    same = labels.filter((each) => before.get(each.eventId)?.class === each.class).length;
    for (const label of labels) before.set(label.eventId, label);
    return same < labels.length;
  });
  const changed = labels.length - added - same;
  return { added, changed, same, ...(isWritten && { uri: `s3://${bucket}/${key}` }) };
}

function count(merged: readonly Merged[], what: "added" | "changed" | "same"): number {
  return merged.reduce((total, each) => total + each[what], 0);
}
