import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sum } from "../../pipeline/evaluation/metrics.ts";
import { FEATURES } from "./network.ts";
import { BACKBONE } from "./session.ts";

/** Channels in and out of the layers that training changes, each a 3x3 convolution (backbone/network.py). */
const TRAINED = [
  [64, 128],
  [128, 128],
  [128, FEATURES],
  [FEATURES, FEATURES],
] as const;
/** What PyTorch's batch normalisation adds to a variance. */
const EPSILON = 1e-5;

/** What a training starts from: the parts of backbone.f16, laid out as backbone/network.py says. */
export interface Pretrained {
  /** Of the first layers, which training leaves alone; their normalisation is folded in. */
  readonly frozen: Float32Array;
  /** Of the others: each layer's convolution, and behind it the bias behind its normalisation. */
  readonly trained: Float32Array;
  /** Means of all the trained layers' channels, then their variances. */
  readonly statistics: Float32Array;
}

/** The pre-trained weights, stored as little-endian float16, as float32. */
export async function pretrained(): Promise<Pretrained> {
  const bytes = await readFile(join(BACKBONE, "backbone.f16"));
  const all = Float32Array.from({ length: bytes.length / 2 }, (_, i) =>
    half(bytes.readUInt16LE(2 * i)),
  );
  const weights = sum(TRAINED.map(([from, to]) => 9 * from * to + to));
  const statistics = all.length - 2 * sum(TRAINED.map(([, to]) => to));
  return {
    frozen: all.slice(0, statistics - weights),
    trained: all.slice(statistics - weights, statistics),
    statistics: all.slice(statistics),
  };
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The weights of the network that answers, as network.onnx wants them: the statistics folded into the layers. */
export function fold({ frozen, trained, statistics }: Pretrained): Float32Array {
  const folded = new Float32Array(frozen.length + trained.length);
  folded.set(frozen);
  folded.set(trained, frozen.length);
  const variances = statistics.subarray(statistics.length / 2);
  let start = frozen.length;
  let channel = 0;
  for (const [from, to] of TRAINED) {
    const size = 9 * from;
    for (let out = 0; out < to; out++, channel++) {
      const scale = 1 / Math.sqrt((variances[channel] ?? 0) + EPSILON);
      const filter = folded.subarray(start + out * size, start + (out + 1) * size);
      filter.forEach((weight, i) => (filter[i] = weight * scale));
      const bias = start + size * to + out;
      folded[bias] = (folded[bias] ?? 0) - (statistics[channel] ?? 0) * scale;
    }
    start += (size + 1) * to;
  }
  return folded;
}
