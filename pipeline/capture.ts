import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { faultOf } from "./evaluation.ts";
import { parseProbabilities } from "./probabilities.ts";
import { listObjects } from "./s3.ts";

/** One captured inference. */
export interface Capture {
  readonly eventId: string;
  readonly inferenceTime: Date;
  readonly probabilities: readonly number[];
  /** True where verify-deployment asked, whose pictures are picked and no sample of the traffic. */
  readonly verification: boolean;
}

const VERIFICATION = "verification-";

/** An InferenceId by which the monitor knows what verify-deployment asked. */
export function verificationId(): string {
  return VERIFICATION + randomUUID();
}

const record = z.object({
  captureData: z.object({
    endpointOutput: z.object({ data: z.string(), encoding: z.enum(["JSON", "BASE64"]) }),
  }),
  eventMetadata: z.object({
    eventId: z.string().min(1),
    inferenceId: z.string().optional(),
    inferenceTime: z.iso.datetime({ offset: true }),
  }),
});

/**
 * Reads one line of a capture file. Undefined where it is cut off, in another encoding than JSON or
 * base64, or no answer of a classifier of so many classes.
 */
export function parseCapture(line: string, classes: number): Capture | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = record.safeParse(value);
  if (!parsed.success) return undefined;
  const { captureData, eventMetadata } = parsed.data;
  const { data, encoding } = captureData.endpointOutput;
  const text = encoding === "BASE64" ? Buffer.from(data, "base64").toString() : data;
  const probabilities = parseProbabilities(text);
  if (probabilities === undefined || faultOf(probabilities, classes) !== undefined)
    return undefined;
  return {
    eventId: eventMetadata.eventId,
    inferenceTime: new Date(eventMetadata.inferenceTime),
    probabilities,
    verification: eventMetadata.inferenceId?.startsWith(VERIFICATION) ?? false,
  };
}

/**
 * The lines of all capture files under a prefix, streamed; files of hours that ended more than an
 * hour before `since` are not opened (a record can stand in the next hour's file, never in an
 * earlier one's).
 */
export async function* captureLines(
  s3: S3Client,
  bucket: string,
  prefix: string,
  { since, signal }: { since?: Date | undefined; signal: AbortSignal },
): AsyncGenerator<string> {
  for await (const { key } of listObjects(s3, bucket, prefix)) {
    if (!key.endsWith(".jsonl") || endedBefore(key, since)) continue;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    });
    const lines = createInterface({ input: Body as Readable, crlfDelay: Infinity });
    for await (const line of lines) if (line.trim() !== "") yield line;
  }
}

/** By the hour in the key, `{endpoint}/{variant}/yyyy/mm/dd/hh/mm-ss-ms-uuid.jsonl`. */
function endedBefore(key: string, since: Date | undefined): boolean {
  const hour = /\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/[^/]+$/.exec(key);
  if (since === undefined || hour === null) return false;
  const [, year, month, day, hours] = hour.map(Number);
  const start = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hours);
  return start + 2 * 3_600_000 < since.getTime();
}
