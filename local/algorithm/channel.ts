import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { messageOf, UsageError } from "../../pipeline/errors.ts";
import { readRecordIo } from "../../pipeline/dataset/recordio.ts";
import { decodePicture } from "./picture.ts";
import type { Sample } from "./training.ts";

/** A picture file of a channel, its label, and what to call it in an error. */
interface Entry {
  readonly label: number;
  readonly image: Uint8Array;
  readonly name: string;
}

/**
 * Reads every RecordIO file of a channel's folder (`application/x-recordio`), in the order of their names.
 * @throws UsageError for an empty channel, a label out of range or a picture that can't be decoded.
 */
export async function readRecords(folder: string, classes: number): Promise<Sample[]> {
  return await decode(recordEntries(folder), folder, classes);
}

/**
 * Reads the pictures that a channel's lists name (`application/x-image`): lines of index, label and path below
 * `folder`, with tabs between, in the files of `listFolder`.
 * @throws UsageError for an empty channel, a wrong line, a label out of range or a picture that can't be decoded.
 */
export async function readImages(
  folder: string,
  listFolder: string,
  classes: number,
): Promise<Sample[]> {
  return await decode(listedEntries(folder, listFolder), folder, classes);
}

async function* recordEntries(folder: string): AsyncGenerator<Entry> {
  for (const file of await filesOf(folder)) {
    for await (const { label, id, image } of readRecordIo(createReadStream(join(folder, file)))) {
      yield { label, image, name: `Record ${id} of ${file}` };
    }
  }
}

async function* listedEntries(folder: string, listFolder: string): AsyncGenerator<Entry> {
  for (const list of await filesOf(listFolder)) {
    const lines = (await readFile(join(listFolder, list), "utf8")).split(/\r?\n/);
    for (const [at, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const [, label = "", path = ""] = line.split("\t");
      const file = resolve(folder, path.trim());
      const inside = file.startsWith(resolve(folder) + sep);
      const image = inside ? await readFile(file).catch(() => undefined) : undefined;
      if (image === undefined) {
        throw new UsageError(
          `Line ${at + 1} of ${list} names "${path}", which is no file of its channel: write index, label and path, with tabs between.`,
        );
      }
      yield { label: label.trim() === "" ? Number.NaN : Number(label), image, name: path };
    }
  }
}

async function decode(
  entries: AsyncIterable<Entry>,
  folder: string,
  classes: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const { label, image, name } of entries) {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new UsageError(
        `${name} has the label ${label}, but num_classes is ${classes}: labels go from 0 to ${classes - 1}.`,
      );
    }
    const picture = await decodePicture(image).catch((error: unknown) => {
      const reason = messageOf(error);
      throw new UsageError(`${name} is ${reason}`, { cause: error });
    });
    samples.push({ picture, label });
  }
  if (samples.length === 0) throw new UsageError(`The channel ${folder} holds no pictures.`);
  return samples;
}

async function filesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  // By code unit, so that the order is the same in every locale.
  return files.toSorted((a, b) => (a < b ? -1 : 1));
}
