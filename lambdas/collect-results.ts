import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { writeText } from "../pipeline/multipart.ts";
import {
  type Line,
  lineOf,
  linesOfBatch,
  parseManifest,
  type ResultFile,
} from "./fleet-results.ts";
import { textLinesOf } from "./lines.ts";
import { logged } from "./logged.ts";
import { STRANGER, UNSURE } from "../pipeline/application/unrouted.ts";

/** What a fleet came to: the execution's output. */
export interface FleetSummary {
  /** The S3 URI of the JSONL object: a line a picture. */
  readonly results: string;
  readonly total: number;
  readonly routed: number;
  /** Below the threshold of confidence. */
  readonly unsure: number;
  /** Taken for no vehicle at all. */
  readonly strangers: number;
  /** With any other error. */
  readonly failed: number;
  readonly failed_percentage: number;
  /** Pictures by their error's name. */
  readonly errors: Readonly<Record<string, number>>;
  /** Routed pictures by their vehicle. */
  readonly vehicles: Readonly<Record<string, number>>;
}

// An endpoint of one's own has no host name for each bucket.
const s3 = new S3Client({ forcePathStyle: process.env["AWS_ENDPOINT_URL"] !== undefined });

/**
 * Brings what a Distributed Map's ResultWriter wrote together as one JSONL object, a line a picture,
 * those of batches that failed or never ended too. It streams: a million pictures need no more memory
 * than one.
 */
export const handler = logged(
  "collect-results",
  async (event): Promise<FleetSummary> => {
    const { manifest, results_key } = event as {
      manifest: { Bucket: string; Key: string };
      results_key: string;
    };
    const { Bucket } = manifest;
    const { Body } = await s3.send(new GetObjectCommand(manifest));
    const files = parseManifest((await Body?.transformToString()) ?? "");
    const counts = { routed: 0, errors: {}, vehicles: {} };
    const object = { Bucket, Key: results_key, ContentType: "application/jsonl" };
    await writeText(s3, object, jsonl(Bucket, files, counts));
    return summary(`s3://${Bucket}/${results_key}`, counts);
  },
  (summary_) => ({ ...summary_ }),
);

interface Counts {
  routed: number;
  readonly errors: Record<string, number>;
  readonly vehicles: Record<string, number>;
}

async function* jsonl(Bucket: string, files: readonly ResultFile[], counts: Counts) {
  for (const { key, succeeded } of files) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    if (Body === undefined) continue;
    for await (const text of textLinesOf(Body.transformToWebStream())) {
      const record: unknown = JSON.parse(text);
      for (const line of succeeded ? [lineOf(record)] : linesOfBatch(record)) {
        // The S3 console makes a folder by an empty object of its name, which is no picture of the fleet.
        if ("error" in line && line.s3_key.endsWith("/")) continue;
        count(counts, line);
        yield `${JSON.stringify(line)}\n`;
      }
    }
  }
}

function count(counts: Counts, line: Line): void {
  const [by, name] =
    "error" in line ? [counts.errors, line.error] : [counts.vehicles, line.vehicle];
  by[name] = (by[name] ?? 0) + 1;
  if (!("error" in line)) counts.routed += 1;
}

function summary(results: string, { routed, errors, vehicles }: Counts): FleetSummary {
  const notRouted = Object.values(errors).reduce((sum, each) => sum + each, 0);
  const { [UNSURE]: unsure = 0, [STRANGER]: strangers = 0 } = errors;
  const failed = notRouted - unsure - strangers;
  const total = routed + notRouted;
  const failed_percentage = total === 0 ? 0 : (100 * failed) / total;
  const counts = { total, routed, unsure, strangers, failed, failed_percentage };
  return { results, ...counts, errors, vehicles };
}
