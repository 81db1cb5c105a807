import { GetObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { Context } from "../pipeline/context.ts";
import type { Evaluation, Prediction } from "../pipeline/evaluation.ts";
import { confidence, isCorrect } from "../pipeline/metrics.ts";
import type { Dataset } from "../pipeline/manifest.ts";

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
    async (prediction) => {
      const { Body } = await clients.s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: prefix + prediction.key }),
        { abortSignal: signal },
      );
      return { ...prediction, png: Buffer.from((await Body?.transformToByteArray()) ?? []) };
    },
    { concurrency: 8 },
  );
}
