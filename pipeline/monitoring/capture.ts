import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { pMapIterable, pMapSkip } from "p-map";
import * as z from "zod";
import { faultOf } from "../evaluation/evaluation.ts";
import { parseProbabilities } from "../evaluation/probabilities.ts";
import { listObjects, readBytes } from "../s3.ts";

/** One captured inference, whatever answered it. */
export interface CapturedEvent {
  readonly eventId: string;
  /** By which ground truth is merged: its caller's InferenceId where there was one, else the event's id. */
  readonly labelId: string;
  readonly inferenceTime: Date;
  /** True where verify-deployment asked, whose pictures are picked and no sample of the traffic. */
  readonly verification: boolean;
  /** The answer as it came. */
  readonly answer: string;
  /** The picture in base64, as bytes of the line; undefined where it was not captured so. */
  readonly picture?: Buffer | undefined;
}

/** A captured inference of a classifier. */
export interface Capture extends Omit<CapturedEvent, "answer"> {
  readonly probabilities: readonly number[];
}

const VERIFICATION = "verification-";

/** An InferenceId by which the monitor knows what verify-deployment asked. */
export function verificationId(): string {
  return VERIFICATION + randomUUID();
}

const record = z.object({
  captureData: z.object({
    endpointInput: z.object({ data: z.string(), encoding: z.string() }).optional(),
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
export function parseCapture(line: Buffer, classes: number): Capture | undefined {
  const parsed = parseEvent(line);
  if (parsed === undefined) return undefined;
  const { answer, ...event } = parsed;
  const probabilities = parseProbabilities(answer);
  if (probabilities === undefined || faultOf(probabilities, classes) !== undefined)
    return undefined;
  return { ...event, probabilities };
}

/** The same whatever the answer is: a former model may have had other classes. */
export function parseEvent(line: Buffer): CapturedEvent | undefined {
  const parsed = withoutPicture(line) ?? whole(line);
  if (parsed === undefined) return undefined;
  const { captureData, eventMetadata } = parsed.record;
  const { data, encoding } = captureData.endpointOutput;
  return {
    eventId: eventMetadata.eventId,
    labelId: eventMetadata.inferenceId ?? eventMetadata.eventId,
    inferenceTime: new Date(eventMetadata.inferenceTime),
    verification: eventMetadata.inferenceId?.startsWith(VERIFICATION) ?? false,
    answer: encoding === "BASE64" ? Buffer.from(data, "base64").toString() : data,
    picture: captureData.endpointInput?.encoding === "BASE64" ? parsed.picture : undefined,
  };
}

interface Parsed {
  readonly record: z.infer<typeof record>;
  readonly picture: Buffer;
}

const INPUT = Buffer.from('"endpointInput"');
const DATA = Buffer.from('"data":"');
const QUOTE = 0x22;

/**
 * Parses the line with its picture cut out, which is nearly all of it: several times faster. Undefined
 * where the line is none of SageMaker's usual ones, so that it must be parsed whole.
 */
function withoutPicture(line: Buffer): Parsed | undefined {
  const input = line.indexOf(INPUT);
  const data = input === -1 ? -1 : line.indexOf(DATA, input);
  if (data === -1) return undefined;
  const from = data + DATA.length;
  const to = line.indexOf(QUOTE, from);
  if (to === -1) return undefined;
  const rest = read(line.toString("utf8", 0, from) + line.toString("utf8", to));
  // Base64 has no quotes that a backslash could hide; any other text may.
  if (rest?.captureData.endpointInput?.data !== "") return undefined;
  if (rest.captureData.endpointInput.encoding !== "BASE64") return undefined;
  return { record: rest, picture: line.subarray(from, to) };
}

function whole(line: Buffer): Parsed | undefined {
  const found = read(line.toString());
  return (
    found && { record: found, picture: Buffer.from(found.captureData.endpointInput?.data ?? "") }
  );
}

function read(text: string): z.infer<typeof record> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return record.safeParse(value).data;
}

/** Files up to this size are fetched ahead, so many of them; a larger one is streamed at its turn. */
const MOST_WHOLE = 1 << 18;
const AHEAD = 8;

/**
 * The lines of a variant's capture files, `{prefix}yyyy/mm/dd/hh/mm-ss-ms-uuid.jsonl`, in constant memory,
 * some at a time; they are good until the next are asked for. Files of hours that ended more than an hour
 * before `since` are not opened (a record can stand in the next hour's file, never in an earlier one's),
 * nor those that began more than an hour after `until`.
 */
export async function* captureLines(
  s3: S3Client,
  bucket: string,
  prefix: string,
  {
    since,
    until,
    signal,
  }: { since?: Date | undefined; until?: Date | undefined; signal: AbortSignal },
): AsyncGenerator<readonly Buffer[]> {
  const startAfter = since && prefix + hourPath(new Date(since.getTime() - 2 * HOUR_MS));
  const end = until && prefix + hourPath(new Date(until.getTime() + 2 * HOUR_MS));
  const files = pMapIterable(
    before(listObjects(s3, bucket, prefix, { startAfter, signal }), end),
    async ({ key, size }) => {
      if (!key.endsWith(".jsonl")) return pMapSkip;
      return size > MOST_WHOLE ? key : [await readBytes(s3, bucket, key, signal)];
    },
    { concurrency: AHEAD },
  );
  for await (const file of files) {
    yield* linesOf(typeof file === "string" ? await open(s3, bucket, file, signal) : file);
  }
}

async function open(s3: S3Client, Bucket: string, Key: string, abortSignal: AbortSignal) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
  return Body as Readable;
}

export const HOUR_MS = 3_600_000;

/** The objects whose keys stand before one, which are the first of those in S3's order. */
async function* before<Listed extends { readonly key: string }>(
  objects: AsyncIterable<Listed>,
  end: string | undefined,
): AsyncGenerator<Listed> {
  for await (const object of objects) {
    if (end !== undefined && object.key >= end) return;
    yield object;
  }
}

/** An hour as SageMaker writes it in keys: `yyyy/mm/dd/hh`. */
export function hourPath(time: Date): string {
  return time.toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
}

const NEWLINE = 0x0a;

/** The lines of a stream that are not empty, as many at a time as a chunk of it ends. */
export async function* linesOf(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const lines: Buffer[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      const end = chunk.subarray(from, to);
      lines.push(rest.length === 0 ? end : Buffer.concat([...rest, end]));
      rest = [];
      from = to + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    yield lines.filter(isNotBlank);
  }
  yield [Buffer.concat(rest)].filter(isNotBlank);
}

function isNotBlank(line: Buffer): boolean {
  return line.some((byte) => byte > 0x20);
}
