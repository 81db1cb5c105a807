import pMap from "p-map";
import { type CapturedEvent, HOUR_MS, hourPath, parseEvent } from "../monitoring/capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { keys } from "../names.ts";
import { listObjects, readBytes } from "../s3.ts";
import { everyCapture } from "./every-capture.ts";
import { hourOf, type TimedLabel } from "./ground-truth.ts";

/** A captured picture and what a person said of it. */
export interface LabelledCapture extends TimedLabel {
  /** As the endpoint was sent it; undefined where it was not captured. */
  readonly picture: Buffer | undefined;
}

/** Objects read at a time. */
const CONCURRENCY = 16;

/** Where the capture of a labelled event is kept, for as long as its label. */
export function labelledKey(
  config: Pick<Config, "project" | "environment">,
  { eventId, hour }: Pick<TimedLabel, "eventId" | "hour">,
): string {
  return `${keys.labelled(config)}${hourPath(hour)}/${encodeURIComponent(eventId)}.jsonl`;
}

/** The label that a copy's key names; undefined where another object lies there. */
export function copyAt(key: string): Pick<TimedLabel, "eventId" | "hour"> | undefined {
  const name = /([^/]+)\.jsonl$/.exec(key)?.[1];
  const hour = hourOf(key);
  return name === undefined || hour === undefined
    ? undefined
    : { eventId: decodeURIComponent(name), hour };
}

/**
 * Joins labels with their captures, a stream in the labels' order but for those whose captures are only
 * among all others, which come last: only their hours' files are read. A label without a capture does
 * not come.
 */
export async function* labelledCaptures(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  bucket: string,
  labels: ReadonlyMap<string, TimedLabel>,
): AsyncGenerator<LabelledCapture, void, undefined> {
  if (labels.size === 0) return;
  const { clients, signal } = context;
  const kept = new Set<string>();
  for await (const { key } of listObjects(clients.s3, bucket, keys.labelled(config), { signal }))
    kept.add(key);
  const isKept = (label: TimedLabel) => kept.has(labelledKey(config, label));
  const near = [...labels.values()].filter(isKept);
  for (let at = 0; at < near.length; at += CONCURRENCY) {
    yield* await pMap(near.slice(at, at + CONCURRENCY), async (label) => {
      const line = await readBytes(clients.s3, bucket, labelledKey(config, label), signal);
      return { ...label, picture: pictureOf(parseEvent(line)) };
    });
  }
  const far = new Map([...labels].filter(([, label]) => !isKept(label)));
  const period = periodOf([...far.values()]);
  if (period === undefined) return;
  for await (const some of everyCapture(context, config, bucket, period)) {
    for (const line of some) {
      const event = parseEvent(line);
      const label = event && far.get(event.labelId);
      if (label === undefined) continue;
      far.delete(label.eventId);
      yield { ...label, picture: pictureOf(event) };
    }
    if (far.size === 0) return;
  }
}

/** The bytes of an event's picture, which stand in base64. */
export function pictureOf(event: Pick<CapturedEvent, "picture"> | undefined): Buffer | undefined {
  return event?.picture && Buffer.from(event.picture.toString("latin1"), "base64");
}

function periodOf(labels: readonly TimedLabel[]): { since: Date; until: Date } | undefined {
  if (labels.length === 0) return undefined;
  const hours = labels.map(({ hour }) => hour.getTime());
  const [first, last] = hours.reduce(
    ([low, high], hour) => [Math.min(low, hour), Math.max(high, hour)],
    [Infinity, -Infinity],
  );
  return { since: new Date(first), until: new Date(last + HOUR_MS) };
}
