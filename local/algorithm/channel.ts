import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../pipeline/errors.ts";
import { readRecordIo } from "../../pipeline/recordio.ts";
import { decodePicture } from "./picture.ts";
import type { Sample } from "./training.ts";

/**
 * Reads every RecordIO file of a channel's folder, in the order of their names.
 * @throws UsageError for an empty channel, a label out of range or a picture that can't be decoded.
 */
export async function readChannel(folder: string, classes: number): Promise<Sample[]> {
  const files = await readdir(folder).catch(() => []);
  const samples: Sample[] = [];
  for (const file of files.toSorted()) {
    for await (const { label, id, image } of readRecordIo(createReadStream(join(folder, file)))) {
      if (!Number.isInteger(label) || label < 0 || label >= classes) {
        throw new UsageError(
          `Record ${id} of ${file} has the label ${label}, but num_classes is ${classes}: labels go from 0 to ${classes - 1}.`,
        );
      }
      const picture = await decodePicture(image).catch((error: unknown) => {
        throw new UsageError(`Record ${id} of ${file} is ${String(error)}`, { cause: error });
      });
      samples.push({ picture, label });
    }
  }
  if (samples.length === 0) throw new UsageError(`The channel ${folder} holds no records.`);
  return samples;
}
