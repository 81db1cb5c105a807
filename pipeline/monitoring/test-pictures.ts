import pMap from "p-map";
import type { Context } from "../context.ts";
import { type Dataset, isStranger } from "../manifest.ts";
import { readBytes } from "../s3.ts";
import { pictureSize, type PictureStatistics, pictureStatistics } from "./picture-statistics.ts";
import { usualSide } from "./side.ts";

/** The statistics of a dataset's test pictures of vehicles, undefined where one can't be decoded. */
export async function lookAtTestPictures(
  { clients, progress, signal }: Context,
  { bucket, prefix, manifest }: Dataset,
): Promise<(PictureStatistics | undefined)[]> {
  const vehicles = manifest.test.filter(({ label }) => !isStranger(manifest, label));
  const each = <T>(look: (bytes: Buffer) => Promise<T>) =>
    pMap(
      vehicles,
      async ({ key }) => look(await readBytes(clients.s3, bucket, prefix + key, signal)),
      { concurrency: 16, signal },
    );
  // Read twice: they may be more than fit into memory.
  const side = usualSide(await each(pictureSize));
  let done = 0;
  return await each(async (bytes) => {
    const picture = await pictureStatistics(bytes, { side });
    progress.count(++done, vehicles.length, "test pictures looked at");
    return picture;
  });
}
