/** @jest-environment ./test/local/algorithm/onnx-environment.ts */
import { expect, test } from "@jest/globals";
import { loadFineTuner } from "../../../local/algorithm/fine-tuner.ts";
import { FEATURES } from "../../../local/algorithm/network.ts";
import { pretrained } from "../../../local/algorithm/pretrained.ts";
import { random } from "../../../pipeline/dataset/random.ts";
import { drawSamples } from "./samples.ts";

const classes = 3;
const samples = drawSamples(4, classes);
const next = random(3);
const { trained: trunk, statistics } = await pretrained();
const weights = new Float32Array(trunk.length + (FEATURES + 1) * classes);
weights.set(trunk);
weights.subarray(trunk.length).forEach((_, i, head) => (head[i] = 0.4 * (next() - 0.5)));
const input = {
  pictures: samples.map(({ picture }) => picture),
  labels: samples.map(({ label }) => label),
  weights,
  momentum: new Float32Array(weights.length),
  statistics,
  learningRate: 0,
  momentumShare: 0,
  weightDecay: 0,
};
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0);
const worst = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] ?? 0))), 0);

test("the graph's gradient is the slope of its loss, layer by layer", async () => {
  const tuner = await loadFineTuner();
  const { momentum: gradient } = await tuner.step(input);
  const layers = [
    128 * 64 * 9,
    128,
    128 * 128 * 9,
    128,
    256 * 128 * 9,
    256,
    256 * 256 * 9,
    256,
    771,
  ];
  let start = 0;
  for (const size of layers) {
    const direction = new Float32Array(weights.length);
    direction.set(gradient.subarray(start, start + size), start);
    const length = Math.sqrt(dot(direction, direction));
    const step = 0.01;
    const at = (distance: number) =>
      tuner.step({
        ...input,
        weights: weights.map((w, i) => w + (distance * (direction[i] ?? 0)) / length),
      });
    const slope = ((await at(step)).loss - (await at(-step)).loss) / (2 * step);
    expect(Math.abs(slope / length - 1)).toBeLessThan(0.05);
    start += size;
  }
  expect(start).toBe(weights.length);
  await tuner.close();
});

test("momentum, weight decay and learning rate make the step", async () => {
  const tuner = await loadFineTuner();
  const { momentum: gradient } = await tuner.step(input);
  const momentum = weights.map(() => 0.5);
  const settings = { learningRate: 0.1, momentumShare: 0.9, weightDecay: 0.01 };
  const output = await tuner.step({ ...input, ...settings, momentum });
  const expected = gradient.map((g, i) => 0.45 + g + 0.01 * (weights[i] ?? 0));
  expect(worst(output.momentum, expected)).toBeLessThan(1e-5);
  expect(
    worst(
      output.weights,
      weights.map((w, i) => w - 0.1 * (expected[i] ?? 0)),
    ),
  ).toBeLessThan(1e-5);
  await tuner.close();
});
