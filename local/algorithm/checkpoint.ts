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
  /** Running means, then variances, of the trained layers' channels. */
  readonly statistics: Float32Array;
}

const FILE = "checkpoint.bin";

/** Writes the checkpoint in place of the one before, whole or not at all: a line of JSON, then the vectors. */
export async function saveCheckpoint(
  folder: string,
  { epochs, draws, weights, momentum, statistics }: Checkpoint,
): Promise<void> {
  const head = Buffer.from(`${JSON.stringify({ epochs, draws })}\n`);
  const file = join(folder, FILE);
  const bytes = [weights, momentum, statistics].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  await writeFile(`${file}.new`, Buffer.concat([head, ...bytes]));
  await rename(`${file}.new`, file);
}

/**
 * The checkpoint that an interrupted training left, of a model like `begun`; undefined where there is none.
 * @throws UsageError for one of another model, or a cut-off file.
 */
export async function readCheckpoint(
  folder: string,
  begun: Checkpoint,
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
  const length = begun.weights.length;
  const expected = 2 * length + begun.statistics.length;
  if (vectors.length !== expected) {
    throw new UsageError(
      `The checkpoint has ${vectors.length} numbers where this model has ${expected}: it is another model's, or cut off. Delete it.`,
    );
  }
  return {
    epochs,
    draws,
    weights: vectors.slice(0, length),
    momentum: vectors.slice(length, 2 * length),
    statistics: vectors.slice(2 * length),
  };
}
