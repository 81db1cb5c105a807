import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { logits, softmax, type Head } from "./head.ts";
import { loadNetwork, mirror, saveNetwork } from "./network.ts";

/** A trained model, loaded. Pictures are SIDE x SIDE RGB bytes, as decodePicture gives them. */
export interface Classifier {
  readonly classes: number;
  /** Probabilities of each class, one row a picture. */
  predict(pictures: readonly Uint8Array[]): Promise<number[][]>;
  /** What the head sees, one row a picture: the network's last means, over it and its mirror image. */
  features(pictures: readonly Uint8Array[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** What stands in model.json beside the network. */
export interface ModelCard {
  readonly head: Head;
  /** How it was trained, for people; nothing reads it. No times: the same training gives the same bytes. */
  readonly training: Readonly<Record<string, unknown>>;
}

/** Writes a whole model into a folder; `weights` as network.onnx wants them. */
export async function saveModel(
  folder: string,
  weights: Float32Array,
  card: ModelCard,
): Promise<void> {
  await saveNetwork(folder, weights);
  await writeFile(join(folder, "model.json"), JSON.stringify(card));
}

/**
 * Loads a model folder; `threads` is how many cores one call may use. The probabilities come from the
 * mean of the logits of a picture and its mirror image.
 */
export async function loadClassifier(folder: string, threads?: number): Promise<Classifier> {
  const { head }: ModelCard = JSON.parse(await readFile(join(folder, "model.json"), "utf8"));
  const network = await loadNetwork(folder, threads);
  const features = async (pictures: readonly Uint8Array[]): Promise<Float32Array[]> => {
    const rows = await network.features(pictures.flatMap((picture) => [picture, mirror(picture)]));
    return pictures.map((_, i) => mean(rows[2 * i], rows[2 * i + 1]));
  };
  return {
    classes: head.bias.length,
    features,
    predict: async (pictures) =>
      (await features(pictures)).map((row) => softmax(logits(head, row))),
    close: () => network.close(),
  };
}

function mean(a: ArrayLike<number> = [], b: ArrayLike<number> = []): Float32Array {
  return Float32Array.from(a, (value, j) => (value + (b[j] ?? 0)) / 2);
}
