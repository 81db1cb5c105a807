import { writeFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";

export interface Row {
  readonly label: number;
  readonly coarse?: number;
  /** The value of every byte of the picture. */
  readonly value: number;
}

/** CIFAR records of one colour each. */
export function rows(...list: readonly Row[]): Buffer {
  return Buffer.concat(
    list.map(({ label, coarse = 0, value }) =>
      Buffer.alloc(3074, value).fill(coarse, 0, 1).fill(label, 1, 2),
    ),
  );
}

/** `each` pictures of the labels 8 (bicycle) and 48 (motorcycle) in turn. */
export function vehicles(each: number): Buffer {
  return rows(
    ...Array.from({ length: 2 * each }, (_, at) => ({ label: at % 2 ? 48 : 8, value: at % 251 })),
  );
}

const fineLabels = Array.from({ length: 100 }, (_, at) =>
  at === 8 ? "bicycle" : at === 48 ? "motorcycle" : `class_${at}`,
).join("\n");

/** A whole archive with 10 + 2 pictures of each vehicle; an entry set to undefined is left out. */
export const wholeArchive: Readonly<Record<string, Buffer | string | undefined>> = {
  "coarse_label_names.txt": "vehicles_1\n",
  "train.bin": vehicles(10),
  "test.bin": vehicles(2),
  "fine_label_names.txt": `${fineLabels}\n`,
};

/** Writes a gzipped tar of the entries. */
export async function writeArchive(
  file: string,
  entries: Readonly<Record<string, Buffer | string | undefined>> = wholeArchive,
): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(entries)) {
    if (content !== undefined) tar.entry({ name: `cifar-100-binary/${name}` }, content);
  }
  tar.finalize();
  const bytes = gzipSync(await buffer(tar));
  await writeFile(file, bytes);
  return bytes;
}
