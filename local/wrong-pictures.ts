import pMap from "p-map";
import type { Context } from "../pipeline/context.ts";
import type { Evaluation, Prediction } from "../pipeline/evaluation.ts";
import { confidence, isCorrect } from "../pipeline/metrics.ts";
import type { Dataset } from "../pipeline/manifest.ts";
import { readBytes } from "../pipeline/s3.ts";

export interface WrongPicture extends Prediction {
  readonly png: Buffer;
}

/** More would make the report slow to open. */
const MOST = 60;

/** The test pictures that the model got wrong, the most confident mistakes first. */
export async function wrongPictures(
  { clients, signal }: Context,
  { bucket, prefix }: Dataset,
  { predictions }: Evaluation,
): Promise<WrongPicture[]> {
  const wrong = predictions
    .filter((prediction) => !isCorrect(prediction))
    .toSorted((a, b) => confidence(b) - confidence(a))
    .slice(0, MOST);
  return pMap(
    wrong,
    async (prediction) => ({
      ...prediction,
      png: await readBytes(clients.s3, bucket, prefix + prediction.key, signal),
    }),
    { concurrency: 8 },
  );
}
