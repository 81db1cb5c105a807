import { join } from "node:path";
import type { Tensor } from "onnxruntime-node";
import { onnxruntime } from "./onnxruntime.ts";
import { PICTURE_BYTES, SIDE } from "./picture.ts";
import { BACKBONE, openSession } from "./session.ts";

/** What one step of gradient descent is told. */
interface StepInput {
  readonly pictures: readonly Uint8Array[];
  readonly labels: readonly number[];
  /** The trained layers and, behind them, the head: see backbone/training_graph.py. */
  readonly weights: Float32Array;
  readonly momentum: Float32Array;
  /** Running means, then variances, of the trained layers' channels. */
  readonly statistics: Float32Array;
  readonly learningRate: number;
  readonly momentumShare: number;
  readonly weightDecay: number;
}

interface StepOutput {
  readonly weights: Float32Array;
  readonly momentum: Float32Array;
  readonly statistics: Float32Array;
  /** Mean cross-entropy over the batch before the step, in nats. */
  readonly loss: number;
  /** How many of the batch it had right before the step. */
  readonly right: number;
}

/** Runs steps of fine-tune.onnx. */
export interface FineTuner {
  step(input: StepInput): Promise<StepOutput>;
  close(): Promise<void>;
}

/** Loads the training step; `threads` is how many cores it may use. */
export async function loadFineTuner(threads?: number): Promise<FineTuner> {
  const session = await openSession(join(BACKBONE, "fine-tune.onnx"), threads);
  return {
    step: async (input) => {
      const { new_weights, new_momentum, new_statistics, loss, right } = await session.run(
        feeds(input),
      );
      return {
        weights: floats(new_weights),
        momentum: floats(new_momentum),
        statistics: floats(new_statistics),
        loss: Number(loss?.data[0]),
        right: Number(right?.data[0]),
      };
    },
    close: () => session.release(),
  };
}

function feeds(input: StepInput): Record<string, Tensor> {
  const pictures = new Uint8Array(input.pictures.length * PICTURE_BYTES);
  input.pictures.forEach((picture, i) => pictures.set(picture, i * PICTURE_BYTES));
  const labels = BigInt64Array.from(input.labels, BigInt);
  return {
    pictures: new onnxruntime.Tensor("uint8", pictures, [input.pictures.length, SIDE, SIDE, 3]),
    labels: new onnxruntime.Tensor("int64", labels, [labels.length]),
    weights: vector(input.weights),
    momentum: vector(input.momentum),
    statistics: vector(input.statistics),
    learning_rate: scalar(input.learningRate),
    momentum_share: scalar(input.momentumShare),
    weight_decay: scalar(input.weightDecay),
  };
}

function vector(values: Float32Array): Tensor {
  return new onnxruntime.Tensor("float32", values, [values.length]);
}

function scalar(value: number): Tensor {
  return new onnxruntime.Tensor("float32", Float32Array.of(value), []);
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new TypeError("fine-tune.onnx gave no float tensor");
}
