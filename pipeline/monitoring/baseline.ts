import type * as z from "zod";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import { parseS3Uri, readText, writeJson } from "../s3.ts";
import { type Constraints, constraintsOf, constraintsSchema } from "./constraints.ts";
import { distanceWithout, type Look, lookOf, lookSchema } from "./distance.ts";
import { FeatureSummaries } from "./feature-summaries.ts";
import { pictureValues } from "./features.ts";
import type { PictureStatistics } from "./picture-statistics.ts";
import { type Statistics, statisticsSchema } from "./statistics.ts";

/** What a model answered, and what the pictures looked like, when it was measured. */
export interface Baseline {
  readonly statistics: Statistics;
  readonly constraints: Constraints;
  /** Undefined where the test pictures are too few, or can't be decoded. */
  readonly look?: Look | undefined;
}

/** Makes the baseline of a measured model; `pictures` are the test pictures', undefined where undecodable. */
export function makeBaseline(
  { predictions, classes }: Pick<Evaluation, "predictions" | "classes">,
  pictures: readonly (PictureStatistics | undefined)[],
): Baseline {
  const look = lookOf(pictures.filter((picture) => picture !== undefined));
  const summaries = new FeatureSummaries(classes);
  for (const { probabilities } of predictions) summaries.answer(probabilities);
  for (const picture of pictures) {
    summaries.picture(pictureValues(picture, picture && look && distanceWithout(look, picture)));
  }
  const statistics = summaries.statistics();
  return { statistics, constraints: constraintsOf(statistics), look };
}

const FILES = {
  statistics: "statistics.json",
  constraints: "constraints.json",
  look: "pictures.json",
} as const;

/** Where the baseline of an evaluation is, `.../evaluation.json` beside `.../baseline/`. */
export function baselinePrefix(evaluationUri: string): { bucket: string; prefix: string } {
  const { bucket, key } = parseS3Uri(evaluationUri);
  return { bucket, prefix: `${key.replace(/[^/]*$/, "")}baseline/` };
}

/** Writes `statistics.json` and `constraints.json` as Model Monitor wants them, and `pictures.json`. */
export async function writeBaseline(
  { clients }: Pick<Context, "clients">,
  evaluationUri: string,
  { statistics, constraints, look }: Baseline,
): Promise<void> {
  const { bucket, prefix } = baselinePrefix(evaluationUri);
  const write = (file: string, value: unknown) =>
    writeJson(clients.s3, bucket, prefix + file, value);
  await write(FILES.statistics, statistics);
  await write(FILES.constraints, constraints);
  if (look !== undefined) await write(FILES.look, look);
}

/** Reads what `writeBaseline` wrote. @throws StepError where it is missing or of another shape. */
export async function readBaseline(
  context: Pick<Context, "clients">,
  evaluationUri: string,
): Promise<Baseline> {
  const statistics = await read(context, evaluationUri, FILES.statistics, statisticsSchema);
  const constraints = await read(context, evaluationUri, FILES.constraints, constraintsSchema);
  if (statistics === undefined || constraints === undefined) {
    throw new StepError(
      `${evaluationUri} has no baseline beside it, baseline/${FILES.statistics} and ` +
        `${FILES.constraints}. Run evaluate-model again: it adopts what was predicted.`,
    );
  }
  const look = await read(context, evaluationUri, FILES.look, lookSchema);
  return { statistics, constraints, look };
}

async function read<S extends z.ZodType>(
  { clients }: Pick<Context, "clients">,
  evaluationUri: string,
  file: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  const { bucket, prefix } = baselinePrefix(evaluationUri);
  const text = await readText(clients.s3, bucket, prefix + file);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StepError(
      `s3://${bucket}/${prefix}${file} was cut off or altered. Run evaluate-model again.`,
      { cause },
    );
  }
}
