import type { Context } from "../pipeline/context.ts";
import { runFleet } from "../pipeline/application/fleet.ts";
import { parseS3Uri, readText } from "../pipeline/s3.ts";
import type { Application } from "./application.ts";
import type { Arrival } from "./arrivals.ts";
import type { Pool } from "./pictures.ts";
import { kindOf, stageArrivals } from "./staging.ts";
import type { Outcome } from "./tally.ts";

const TIMEOUT_MS = 3_600_000;
const POLL_INTERVAL_MS = 1000;

export interface SentFleet {
  readonly outcomes: readonly Outcome[];
  /** The S3 URI of the lines, one a picture. */
  readonly results: string;
  /** From the start of the execution to its end. */
  readonly seconds: number;
}

/** Stages every picture as an object of its own and sends them all as one fleet, in no time order. */
export async function sendFleet(
  context: Context,
  { pictureBucket: bucket, fleetArn }: Application,
  prefix: string,
  pool: Pool,
  load: readonly Arrival[],
): Promise<SentFleet> {
  await stageArrivals(context, bucket, prefix, pool, load);
  const started = performance.now();
  const { results } = await runFleet(context, fleetArn, {
    s3Prefix: prefix,
    timeoutMs: TIMEOUT_MS,
    pollIntervalMs: POLL_INTERVAL_MS,
  });
  const seconds = (performance.now() - started) / 1000;
  const { key } = parseS3Uri(results);
  const text = (await readText(context.clients.s3, bucket, key)) ?? "";
  const outcomes = text
    .split("\n")
    .filter((line) => line !== "")
    .map(outcomeOf);
  return { outcomes, results, seconds };
}

function outcomeOf(line: string): Outcome {
  const { s3_key, ...rest } = JSON.parse(line) as {
    s3_key: string;
    vehicle?: string;
    error?: string;
  };
  return { kind: kindOf(s3_key), ...rest };
}
