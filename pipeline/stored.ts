import type { Context } from "./context.ts";
import { explainBucketError } from "./dataset/bucket-error.ts";
import { StepError } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Dataset, Manifest } from "./manifest.ts";
import { parseS3Uri, readText } from "./s3.ts";

/** The URI by which one job names a dataset to another: `s3://bucket/scones/production/datasets/<hash>/`. */
export function datasetUri({ bucket, prefix }: Pick<Dataset, "bucket" | "prefix">): string {
  return `s3://${bucket}/${prefix}`;
}

/** A staged dataset by its URI. @throws StepError where none is staged there. */
export async function readDataset(context: Context, uri: string): Promise<Dataset> {
  const { bucket, key } = parseS3Uri(uri);
  const prefix = key.replace(/\/?$/, "/");
  const manifest = await read<Manifest>(context, `s3://${bucket}/${prefix}manifest.json`);
  if (!Array.isArray(manifest?.test) || !Array.isArray(manifest.classes)) {
    throw new StepError(
      `No dataset is staged at ${uri}: its manifest.json is missing. Run stage-data.`,
    );
  }
  return { bucket, prefix, manifest };
}

/** An evaluation by its URI, `.../evaluation.json`. @throws StepError where there is none. */
export async function readEvaluation(context: Context, uri: string): Promise<Evaluation> {
  const evaluation = await read<Evaluation>(context, uri);
  if (!Array.isArray(evaluation?.predictions) || !Array.isArray(evaluation.classes)) {
    throw new StepError(`There is no evaluation at ${uri}. Run evaluate-model.`);
  }
  return evaluation;
}

/** What the JSON holds; undefined where there is no such object. Only its writer knows its shape. */
async function read<T>({ clients }: Context, uri: string): Promise<T | undefined> {
  const { bucket, key } = parseS3Uri(uri);
  const text = await readText(clients.s3, bucket, key).catch((error: unknown) => {
    throw explainBucketError(error, bucket);
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new StepError(`${uri} is no JSON: it was cut off or altered. Make it anew.`, { cause });
  }
}
