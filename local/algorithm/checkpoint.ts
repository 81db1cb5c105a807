import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../pipeline/errors.ts";

/** What a training needs to go on as if nothing had happened. */
export interface Checkpoint {
  /** Epochs that are done. */
  readonly epochs: number;
  /** Numbers drawn by lot so far. */
  readonly draws: number;
  readonly weights: Float32Array;
  readonly momentum: Float32Array;
}

const FILE = "checkpoint.bin";

/** Writes the checkpoint in place of the one before, whole or not at all: a line of JSON, then both vectors. */
export async function saveCheckpoint(
  folder: string,
  { epochs, draws, weights, momentum }: Checkpoint,
): Promise<void> {
  const head = Buffer.from(`${JSON.stringify({ epochs, draws, length: weights.length })}\n`);
  const file = join(folder, FILE);
  const bytes = [weights, momentum].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  await writeFile(`${file}.new`, Buffer.concat([head, ...bytes]));
  await rename(`${file}.new`, file);
}

/**
 * The checkpoint that an interrupted training left; undefined where there is none.
 * @throws UsageError for one of another model, or a cut-off file.
 */
export async function readCheckpoint(
  folder: string,
  length: number,
): Promise<Checkpoint | undefined> {
  const file = join(folder, FILE);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf("\n") + 1;
  // Copied: the vectors must begin at a multiple of four bytes.
  const vectors = new Float32Array(Uint8Array.from(bytes.subarray(end)).buffer.slice(0));
  const { epochs, draws } = JSON.parse(bytes.toString("utf8", 0, end)) as Checkpoint;
  if (vectors.length !== 2 * length) {
    throw new UsageError(
      `The checkpoint has ${vectors.length} numbers where this model has ${2 * length}: it is another model's, or cut off. Delete it.`,
    );
  }
  const weights = vectors.slice(0, length);
  return { epochs, draws, weights, momentum: vectors.slice(length) };
}
