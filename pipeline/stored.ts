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

/** A staged dataset by its URI. @throws StepError where none is staged there. */
export async function readDataset(context: Context, uri: string): Promise<Dataset> {
  const { bucket, key } = parseS3Uri(uri);
  const prefix = key.replace(/\/?$/, "/");
  const file = `s3://${bucket}/${prefix}manifest.json`;
  const text = await textAt(context, file);
  const manifest = text === undefined ? undefined : (parse(text, file) as Manifest);
  if (!Array.isArray(manifest?.test) || !Array.isArray(manifest.classes)) {
    throw new StepError(
      `No dataset is staged at ${uri}: its manifest.json is missing. Run stage-data.`,
    );
  }
  return { bucket, prefix, manifest };
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

async function textAt({ clients }: Context, uri: string): Promise<string | undefined> {
  const { bucket, key } = parseS3Uri(uri);
  return await readText(clients.s3, bucket, key).catch((error: unknown) => {
    throw explainBucketError(error, bucket);
  });
}

/** What the JSON holds: only its writer knows its shape. */
function parse(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnprovenError(`${uri} is no JSON: it was cut off or altered. Make it anew.`, {
      cause,
    });
  }
}
