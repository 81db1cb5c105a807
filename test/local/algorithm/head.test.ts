import { expect, test } from "@jest/globals";
import { calibrate } from "../../../local/algorithm/calibrate.ts";
import { logits, softmax, unpackHead } from "../../../local/algorithm/head.ts";

test("a head is unpacked row by row, the biases last", () => {
  const head = unpackHead(Float32Array.of(1, 2, 3, 4, 5, 6), 2);
  expect(head).toEqual({
    weights: [
      [1, 3],
      [2, 4],
    ],
    bias: [5, 6],
  });
  expect(logits(head, Float32Array.of(10, 100))).toEqual([315, 426]);
});

test("probabilities add up to 1, however large the logits", () => {
  expect(softmax([1000, 1000])).toEqual([0.5, 0.5]);
});

test("an over-confident head is cooled to how often it is right", () => {
  const head = { weights: [[0], [4]], bias: [0, 0] };
  const rows = Array.from({ length: 10 }, () => Float32Array.of(1));
  const labels = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
  const [, confidence] = softmax(logits(calibrate(head, rows, labels), Float32Array.of(1)));
  expect(confidence).toBeCloseTo(0.8, 3);
});

test("a few samples that are all right do not make it more than twice as sure", () => {
  const head = { weights: [[0], [1]], bias: [0, 0] };
  const { weights } = calibrate(head, [Float32Array.of(1)], [1]);
  expect(weights[1]?.[0]).toBeCloseTo(2, 3);
});
