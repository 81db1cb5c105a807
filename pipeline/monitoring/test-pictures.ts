import pMap from "p-map";
import type { Context } from "../context.ts";
import { type Dataset, isStranger } from "../manifest.ts";
import { readBytes } from "../s3.ts";
import { type PictureStatistics, pictureStatistics } from "./picture-statistics.ts";

/** The statistics of a dataset's test pictures of vehicles, undefined where one can't be decoded. */
export async function lookAtTestPictures(
  { clients, progress, signal }: Context,
  { bucket, prefix, manifest }: Dataset,
): Promise<(PictureStatistics | undefined)[]> {
  const vehicles = manifest.test.filter(({ label }) => !isStranger(manifest, label));
  let done = 0;
  return await pMap(
    vehicles,
    async ({ key }) => {
      const picture = await pictureStatistics(
        await readBytes(clients.s3, bucket, prefix + key, signal),
      );
      progress.count(++done, vehicles.length, "test pictures looked at");
      return picture;
    },
    { concurrency: 16, signal },
  );
}
