import { expect, test } from "@jest/globals";
import { augment } from "../../../local/algorithm/augmentation.ts";
import { PICTURE_BYTES, SIDE } from "../../../local/algorithm/picture.ts";
import { random } from "../../../pipeline/dataset/random.ts";
import { drawSamples } from "./samples.ts";

const [{ picture } = { picture: new Uint8Array() }] = drawSamples(1, 2);

const row = (from: Uint8Array, y: number) => from.subarray(3 * SIDE * y, 3 * SIDE * (y + 1));

test("without an augmentation_type the picture stays as it is", () => {
  expect(augment(picture, undefined, random(1))).toBe(picture);
});

test("no shift and no mirror image give the picture back", () => {
  expect(augment(picture, "crop", () => 0.5)).toEqual(picture);
});

test("a mirror image swaps left and right", () => {
  const draws = [0.5, 0.5, 0.1];
  const mirrored = augment(picture, "crop", () => draws.shift() ?? 0);
  expect(mirrored.subarray(0, 3)).toEqual(picture.subarray(3 * (SIDE - 1), 3 * SIDE));
});

test("what a crop has beyond the border is reflected", () => {
  const draws = [0, 0.5, 0.9];
  const shifted = augment(picture, "crop", () => draws.shift() ?? 0);
  expect(row(shifted, 0)).toEqual(row(picture, 4));
  expect(row(shifted, 4)).toEqual(row(picture, 0));
  expect(row(shifted, 5)).toEqual(row(picture, 1));
});

test("crop_color changes colours and keeps them in range", () => {
  const white = new Uint8Array(PICTURE_BYTES).fill(250);
  const brighter = augment(white, "crop_color", () => 0.99);
  expect(Math.min(...brighter)).toBe(255);
});

test("the same seed gives the same picture", () => {
  const once = augment(picture, "crop_color_transform", random(7));
  expect(augment(picture, "crop_color_transform", random(7))).toEqual(once);
});
