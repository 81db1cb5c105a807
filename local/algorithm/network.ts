import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { onnxruntime } from "./onnxruntime.ts";
import { PICTURE_BYTES, SIDE } from "./picture.ts";
import { BACKBONE, openSession } from "./session.ts";

const BATCH = 64;

/** Features of a picture: the means of the last layer's maps. */
export const FEATURES = 256;

/** Gives the features of pictures, each SIDE x SIDE RGB bytes. */
interface Network {
  /** FEATURES numbers a picture. */
  features(pictures: readonly Uint8Array[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Writes a network of its own into a folder: the graph and, beside it, the weights it refers to. */
export async function saveNetwork(folder: string, weights: Float32Array): Promise<void> {
  await copyFile(join(BACKBONE, "network.onnx"), join(folder, "network.onnx"));
  await writeFile(join(folder, "weights.bin"), new Uint8Array(weights.buffer));
}

/** Loads what saveNetwork wrote; `threads` is how many cores one call may use. */
export async function loadNetwork(folder: string, threads?: number): Promise<Network> {
  const session = await openSession(join(folder, "network.onnx"), threads);
  const features = async (pictures: readonly Uint8Array[]): Promise<Float32Array[]> => {
    const rows: Float32Array[] = [];
    for (let start = 0; start < pictures.length; start += BATCH) {
      rows.push(...(await runBatch(session, pictures.slice(start, start + BATCH))));
    }
    return rows;
  };
  return { features, close: () => session.release() };
}

async function runBatch(
  session: InferenceSession,
  pictures: readonly Uint8Array[],
): Promise<Float32Array[]> {
  const data = new Uint8Array(pictures.length * PICTURE_BYTES);
  pictures.forEach((picture, i) => data.set(picture, i * PICTURE_BYTES));
  const input = new onnxruntime.Tensor("uint8", data, [pictures.length, SIDE, SIDE, 3]);
  const { features } = await session.run({ pictures: input });
  const values = features?.data;
  if (!(values instanceof Float32Array)) throw new TypeError("network.onnx gave no float features");
  return pictures.map((_, i) => values.slice(i * FEATURES, (i + 1) * FEATURES));
}

/** The picture's mirror image, left for right. */
export function mirror(picture: Uint8Array): Uint8Array {
  const mirrored = new Uint8Array(PICTURE_BYTES);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const from = 3 * (row * SIDE + column);
      mirrored.set(picture.subarray(from, from + 3), 3 * (row * SIDE + SIDE - 1 - column));
    }
  }
  return mirrored;
}
