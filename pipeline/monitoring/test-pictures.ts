import pMap from "p-map";
import type { Context } from "../context.ts";
import { type Dataset, isStranger, type Manifest, type TestPicture } from "../dataset/manifest.ts";
import { readBytes } from "../s3.ts";
import { pictureSize, type PictureStatistics, pictureStatistics } from "./picture-statistics.ts";
import { usualSide } from "./side.ts";

/** Fewer captured ones say too little of what visitors send. */
export const LEAST_CAPTURED = 50;

/**
 * The test pictures that an endpoint's traffic is compared with: those of vehicles, and of them only the
 * captured ones where there are enough. These are a sample of what visitors send; in the archive's
 * company, today's traffic would have drifted from it for as long as it is not as the archive was.
 */
export function baselinePictures(
  manifest: Pick<Manifest, "classes" | "background" | "test">,
): readonly TestPicture[] {
  const { vehicles, captured } = vehiclesOf(manifest);
  return captured.length >= LEAST_CAPTURED ? captured : vehicles;
}

/** Whether the baseline is of the captured test pictures alone; undefined where there are none. */
export function describeCaptured(
  manifest: Pick<Manifest, "classes" | "background" | "test">,
): string | undefined {
  const { length } = vehiclesOf(manifest).captured;
  if (length === 0) return undefined;
  return (
    `${length} captured test vehicles; ` +
    (length >= LEAST_CAPTURED
      ? "the baseline is theirs alone"
      : `below ${LEAST_CAPTURED} the baseline is not theirs alone: label more (npm run labels)`)
  );
}

function vehiclesOf(manifest: Pick<Manifest, "classes" | "background" | "test">) {
  const vehicles = manifest.test.filter(({ label }) => !isStranger(manifest, label));
  return { vehicles, captured: vehicles.filter((picture) => picture.captured === true) };
}

/** The statistics of test pictures of a dataset, undefined where one can't be decoded. */
export async function lookAtTestPictures(
  { clients, progress, signal }: Context,
  { bucket, prefix }: Pick<Dataset, "bucket" | "prefix">,
  pictures: readonly TestPicture[],
): Promise<(PictureStatistics | undefined)[]> {
  const each = <T>(look: (bytes: Buffer) => Promise<T>) =>
    pMap(
      pictures,
      async ({ key }) => look(await readBytes(clients.s3, bucket, prefix + key, signal)),
      { concurrency: 16, signal },
    );
  // Read twice: they may be more than fit into memory.
  const side = usualSide(await each(pictureSize));
  let done = 0;
  return await each(async (bytes) => {
    const picture = await pictureStatistics(bytes, { side });
    progress.count(++done, pictures.length, "test pictures looked at");
    return picture;
  });
}
