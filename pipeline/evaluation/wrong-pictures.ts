import pMap from "p-map";
import type { WrongPicture } from "../../report/evaluation/evaluation-document.ts";
import type { Context } from "../context.ts";
import type { Prediction } from "./evaluation.ts";
import type { Dataset } from "../dataset/manifest.ts";
import { confidence, isCorrect } from "./metrics.ts";
import { readBytes } from "../s3.ts";
import { thumbnail } from "../dataset/thumbnail.ts";

/** More would make a report slow to open. */
const MOST = 48;

/** Bytes up to which a staged picture is shown as it is, where it can't be made smaller. */
const SMALL = 1 << 15;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/**
 * The test pictures that a model got wrong, the surest mistakes first, small enough for a report; what
 * can't be decoded is left out.
 */
export async function wrongPictures(
  { clients, signal }: Context,
  { bucket, prefix }: Pick<Dataset, "bucket" | "prefix">,
  predictions: readonly Prediction[],
): Promise<WrongPicture[]> {
  const wrong = predictions
    .filter((prediction) => !isCorrect(prediction))
    .toSorted((a, b) => confidence(b) - confidence(a))
    .slice(0, MOST);
  const pictures = await pMap(
    wrong,
    async (prediction) => {
      const bytes = await readBytes(clients.s3, bucket, prefix + prediction.key, signal);
      const png = (await thumbnail(bytes)) ?? (isSmallPng(bytes) ? bytes : undefined);
      return png === undefined ? [] : [{ ...prediction, png }];
    },
    { concurrency: 8 },
  );
  return pictures.flat();
}

/** A bundled action has no decoder where its workspace has none. */
function isSmallPng(bytes: Buffer): boolean {
  return bytes.length <= SMALL && bytes.subarray(0, PNG.length).equals(PNG);
}
