import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { ByteReader } from "./byte-reader.ts";
import { UsageError } from "../errors.ts";

/** A record of CIFAR-100's binary version (https://www.cs.toronto.edu/~kriz/cifar.html). */
export interface CifarRecord {
  readonly split: "train" | "test";
  /** Its place in its file, from 0. */
  readonly index: number;
  /** The fine label, 0 to 99. */
  readonly label: number;
  /** 32 x 32 pixels, row by row: 1,024 bytes of red, then green, then blue. */
  readonly planes: Buffer;
}

export const cifarSide = 32;
const pixels = cifarSide * cifarSide;
/** Coarse label, fine label, three planes. */
const recordBytes = 2 + 3 * pixels;
const coarseLabels = 20;
const fineLabels = 100;
const splits = { "train.bin": "train", "test.bin": "test" } as const;
const labelNames = "fine_label_names.txt";

/** The interleaved RGB pixels of a record's planes. */
export function interleave(planes: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * pixels);
  for (let from = 0, to = 0; from < pixels; from++) {
    rgb[to++] = planes[from] as number;
    rgb[to++] = planes[from + pixels] as number;
    rgb[to++] = planes[from + 2 * pixels] as number;
  }
  return rgb;
}

/** The names of the fine labels in their order. @throws UsageError where there are none. */
export async function readCifarLabels(file: string): Promise<string[]> {
  for await (const { name, content } of entries(file)) {
    if (name !== labelNames) continue;
    const text = (await new ByteReader(content).read(1 << 16)).toString("utf8");
    const labels = text.split("\n").map((line) => line.trim());
    return labels.filter((label) => label !== "");
  }
  throw notCifar(file, `it holds no ${labelNames}`);
}

/**
 * All records of a CIFAR-100 archive (`cifar-100-binary.tar.gz`), in its order, one at a time.
 * @throws UsageError where the archive is cut off or damaged, of another kind, or has a record of
 * the wrong length or with a label out of range, with the offset in the unpacked file.
 */
export async function* readCifar(file: string): AsyncGenerator<CifarRecord, void, undefined> {
  const missing = new Set<string>(Object.keys(splits));
  for await (const { name, size, content } of entries(file)) {
    if (name !== "train.bin" && name !== "test.bin") continue;
    missing.delete(name);
    const reader = new ByteReader(content);
    const count = Math.floor(size / recordBytes);
    for (let index = 0; index < count; index++) {
      const record = await reader.read(recordBytes);
      const [coarse = 0, label = 0] = record;
      if (coarse >= coarseLabels || label >= fineLabels) {
        throw notCifar(
          file,
          `the record at byte ${index * recordBytes} of ${name} has the labels ${coarse} and ` +
            `${label}, beyond ${coarseLabels - 1} and ${fineLabels - 1}`,
        );
      }
      yield { split: splits[name], index, label, planes: record.subarray(2) };
    }
    if (size % recordBytes !== 0) {
      throw notCifar(
        file,
        `at byte ${count * recordBytes} of ${name} there are ${size % recordBytes} bytes where ` +
          `a record of ${recordBytes} is expected`,
      );
    }
  }
  if (missing.size > 0) throw notCifar(file, `it holds no ${[...missing].join(", no ")}`);
}

interface Entry {
  /** Base name. */
  readonly name: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

async function* entries(file: string): AsyncGenerator<Entry, void, undefined> {
  const archive = createReadStream(file);
  const unpacked = extract();
  const unpacking = pipeline(archive, createGunzip({ chunkSize: 1 << 16 }), unpacked);
  // Its failure also ends the loop below; one of the two is enough.
  unpacking.catch(() => {});
  try {
    for await (const entry of unpacked) {
      const { name, size } = entry.header;
      yield {
        name: name.slice(name.lastIndexOf("/") + 1),
        size,
        content: guard(file, entry as AsyncIterable<Uint8Array>),
      };
      entry.resume();
    }
    await unpacking;
  } catch (error) {
    throw asUsageError(file, error);
  } finally {
    archive.destroy();
  }
}

/** The archive's failure also shows in the entry that is being read. */
async function* guard(
  file: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* content;
  } catch (error) {
    throw asUsageError(file, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "is cut off",
  Z_DATA_ERROR: "is damaged or no gzip archive",
  ENOENT: "does not exist",
  EACCES: "may not be read",
  EISDIR: "is a folder",
};

function asUsageError(file: string, error: unknown): unknown {
  if (error instanceof UsageError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new UsageError(
    `${file} ${reasons[code] ?? `cannot be read as a tar archive: ${message}`}. Name CIFAR-100's ` +
      "binary archive (cifar-100-binary.tar.gz), whole, or a folder of pictures.",
    { cause: error },
  );
}

function notCifar(file: string, reason: string): UsageError {
  return new UsageError(
    `${file} is no CIFAR-100 binary archive: ${reason}. Name cifar-100-binary.tar.gz as ` +
      "https://www.cs.toronto.edu/~kriz/cifar.html has it, or a folder of pictures.",
  );
}
