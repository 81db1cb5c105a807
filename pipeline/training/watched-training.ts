import * as z from "zod";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { keys } from "../names.ts";
import { readText, writeJson } from "../s3.ts";
import type { TrainedModel } from "./trained-model.ts";

/** What only the run that waited for a training knows: no later one can ask SageMaker for it. */
export type WatchedTraining = Pick<TrainedModel, "history" | "tuning">;

interface Trained {
  readonly bucket: string;
  readonly trainingJobName: string;
}

const recordSchema = z.object({
  history: z.array(z.object({ at: z.coerce.date(), metrics: z.record(z.string(), z.number()) })),
  tuning: z
    .object({
      tuningJobName: z.string(),
      strategy: z.string(),
      trials: z.array(
        z.object({
          trainingJobName: z.string(),
          status: z.string(),
          hyperparameters: z.record(z.string(), z.string()),
          objective: z.number().exactOptional(),
          seconds: z.number(),
        }),
      ),
    })
    .exactOptional(),
});

/** Keeps what was seen of a training beside its evaluations; nothing where nothing was. */
export async function writeWatchedTraining(
  { clients }: Pick<Context, "clients">,
  config: Pick<Config, "project" | "environment">,
  { bucket, trainingJobName }: Trained,
  { history, tuning }: WatchedTraining,
): Promise<void> {
  if (history.length === 0 && tuning === undefined) return;
  const key = keys.watchedTraining(config, trainingJobName);
  await writeJson(clients.s3, bucket, key, { history, tuning });
}

/** What an earlier run saw of a training; undefined where none did, or the file was cut off or altered. */
export async function readWatchedTraining(
  { clients }: Pick<Context, "clients">,
  config: Pick<Config, "project" | "environment">,
  { bucket, trainingJobName }: Trained,
): Promise<WatchedTraining | undefined> {
  const text = await readText(clients.s3, bucket, keys.watchedTraining(config, trainingJobName));
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
