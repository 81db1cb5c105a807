import { logits, softmax, type Head } from "./head.ts";

/** A temperature is looked for in this range: a few samples must not blow up or flatten a model. */
const RANGE = [0.5, 4] as const;

/**
 * Divides a head's logits by the temperature that gives the held-out samples the lowest log loss, so that
 * its confidence can be believed; the order of the classes stays. Guo, C. et al. (2017), On Calibration
 * of Modern Neural Networks, ICML.
 */
export function calibrate(
  head: Head,
  rows: readonly Float32Array[],
  labels: readonly number[],
): Head {
  const answers = rows.map((row) => logits(head, row));
  const loss = (logTemperature: number) =>
    answers.reduce((sum, answer, i) => {
      const p = softmax(answer.map((value) => value / Math.exp(logTemperature)));
      return sum - Math.log(Math.max(p[labels[i] ?? 0] ?? 0, 1e-15));
    }, 0);
  const temperature = Math.exp(lowest(loss, Math.log(RANGE[0]), Math.log(RANGE[1])));
  return {
    weights: head.weights.map((weights) => weights.map((w) => w / temperature)),
    bias: head.bias.map((b) => b / temperature),
  };
}

/** Where a function with one valley is lowest, by ternary search. */
function lowest(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 40; i++) {
    const third = (high - low) / 3;
    if (f(low + third) < f(high - third)) high -= third;
    else low += third;
  }
  return (low + high) / 2;
}
