import type { Context } from "./context.ts";
import { explainBucketError } from "./dataset/bucket-error.ts";
import { StepError, UnprovenError } from "./errors.ts";
import type { Evaluation } from "./evaluation/evaluation.ts";
import type { Dataset, Manifest } from "./dataset/manifest.ts";
import { parseS3Uri, readText, sha256 } from "./s3.ts";

/** The URI by which one job names a dataset to another: `s3://bucket/scones/production/datasets/<hash>/`. */
export function datasetUri({ bucket, prefix }: Pick<Dataset, "bucket" | "prefix">): string {
  return `s3://${bucket}/${prefix}`;
}

/** A staged dataset by its URI. @throws StepError where none is staged there, or its manifest is damaged. */
export async function readDataset(context: Context, uri: string): Promise<Dataset> {
  const { bucket, key } = parseS3Uri(uri);
  const dataset = await findDataset(context, { bucket, prefix: key.replace(/\/?$/, "/") });
  if (dataset !== undefined) return dataset;
  throw new StepError(
    `No dataset is staged at ${uri}: its manifest.json is missing. Run stage-data.`,
  );
}

/**
 * The dataset that is staged under a prefix, undefined where none is. @throws UnprovenError where its
 * manifest is damaged.
 */
export async function findDataset(
  context: Context,
  place: Pick<Dataset, "bucket" | "prefix">,
): Promise<Dataset | undefined> {
  const file = `${datasetUri(place)}manifest.json`;
  const text = await textAt(context, file);
  if (text === undefined) return undefined;
  const manifest = parse(text, file) as Manifest | null;
  if (!Array.isArray(manifest?.test) || !Array.isArray(manifest.classes)) {
    throw new UnprovenError(
      `${file} is no dataset's manifest: it was altered. Delete it and run stage-data again.`,
    );
  }
  return { ...place, manifest };
}

/**
 * An evaluation by its URI, `.../evaluation.json`; where the SHA-256 of its text is known, in hex, it
 * must be that very one.
 * @throws UnprovenError where there is none, or it was cut off or altered.
 */
export async function readEvaluation(
  context: Context,
  uri: string,
  expected?: string,
): Promise<Evaluation> {
  const text = await textAt(context, uri);
  if (text !== undefined && expected !== undefined && sha256(text) !== expected) {
    throw new UnprovenError(
      `${uri} was altered: its SHA-256 is ${sha256(text)}, that of the evaluation ${expected}. Run evaluate-model again.`,
    );
  }
  const evaluation = text === undefined ? undefined : (parse(text, uri) as Evaluation);
  if (!Array.isArray(evaluation?.predictions) || !Array.isArray(evaluation.classes)) {
    throw new UnprovenError(`There is no evaluation at ${uri}. Run evaluate-model.`);
  }
  return evaluation;
}

async function textAt({ clients, signal }: Context, uri: string): Promise<string | undefined> {
  const { bucket, key } = parseS3Uri(uri);
  return await readText(clients.s3, bucket, key, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw explainBucketError(error, bucket);
  });
}

/** What the JSON holds: only its writer knows its shape. */
function parse(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnprovenError(
      `${uri} is no JSON: it was cut off or altered. Delete it and make it anew.`,
      {
        cause,
      },
    );
  }
}
