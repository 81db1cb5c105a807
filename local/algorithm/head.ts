/** The last layer: a row of weights and a bias for each class, over the network's features. */
export interface Head {
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** The head that lies at the end of fine-tune.onnx's vector: [features + 1, classes], last the biases. */
export function unpackHead(values: Float32Array, classes: number): Head {
  const features = values.length / classes - 1;
  const column = (c: number) =>
    Array.from({ length: features + 1 }, (_, row) => values[row * classes + c] ?? 0);
  const columns = Array.from({ length: classes }, (_, c) => column(c));
  return {
    weights: columns.map((numbers) => numbers.slice(0, features)),
    bias: columns.map((numbers) => numbers[features] ?? 0),
  };
}

/** The head's answer before the softmax, a number for each class. */
export function logits({ weights, bias }: Head, row: Float32Array): number[] {
  return weights.map((weight, c) =>
    weight.reduce((sum, w, j) => sum + w * (row[j] ?? 0), bias[c] ?? 0),
  );
}

/** Probabilities that add up to 1. */
export function softmax(values: readonly number[]): number[] {
  const highest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - highest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}
