import { expect, test } from "@jest/globals";
import sharp from "sharp";
import { distanceFrom, distanceWithout, lookOf } from "../../../pipeline/monitoring/distance.ts";
import {
  type PictureStatistics,
  pictureStatistics,
  pixelStatistics,
} from "../../../pipeline/monitoring/picture-statistics.ts";
import { draw, render } from "../../../pipeline/dataset/drawing.ts";
import { usualSide } from "../../../pipeline/monitoring/side.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";

/** img = np.array([[(r * 37 + c * 61) % 256 for c in range(6)] for r in range(5)], float) */
const grey = Uint8Array.from({ length: 6 * 5 * 3 }, (_, at) => {
  const [row, column] = [Math.floor(at / 18), Math.floor((at % 18) / 3)];
  return (row * 37 + column * 61) % 256;
});

test("light and sharpness of a picture are numpy's and scipy's", () => {
  // img.mean(); img.std(); ndimage.laplace(img)[1:-1, 1:-1].var(), scipy 1.17.1, numpy 2.4.6
  const found = pixelStatistics(grey, { width: 6, height: 5 });
  expect(found.brightness).toBeCloseTo(115.56666666666666, 6);
  expect(found.contrast).toBeCloseTo(70.44557394818278, 6);
  expect(found.sharpness).toBeCloseTo(98304, 3);
  expect([found.red, found.green, found.blue]).toEqual([found.red, found.red, found.red]);
});

test("a PNG is decoded, with its size", async () => {
  const even = encodePng(new Uint8Array(6 * 5 * 3).fill(100), 6, 5);
  const expected = { width: 6, height: 5, brightness: expect.closeTo(100, 3), red: 100 };
  expect(await pictureStatistics(even, { side: 8 })).toMatchObject(expected);
});

test("a larger picture of other proportions has the light and sharpness of the small one, and its own size", async () => {
  const small = await render(draw("bicycle", 1));
  const photo = await sharp(small).resize(256, 192, { fit: "fill" }).jpeg().toBuffer();
  const before = await pictureStatistics(small, { side: 8 });
  const large = await pictureStatistics(photo, { side: 8 });
  expect(large).toMatchObject({ width: 256, height: 192 });
  for (const name of ["brightness", "contrast", "sharpness"] as const) {
    const ratio = (large?.[name] ?? 0) / (before?.[name] ?? 1);
    expect([name, Math.abs(ratio - 1) < 0.1]).toEqual([name, true]);
  }
});

test("pictures are brought to a quarter of most test pictures' side, from 8 to 64", () => {
  const [low, high] = [
    { width: 32, height: 24 },
    { width: 900, height: 1600 },
  ];
  expect(usualSide([low, low, high])).toBe(8);
  expect(usualSide([{ width: 96, height: 128 }])).toBe(32);
  expect(usualSide([high, undefined, high, low])).toBe(64);
  expect(usualSide([undefined])).toBe(8);
});

test("what is no picture has no statistics", async () => {
  expect(await pictureStatistics(Buffer.from("a picture"), { side: 32 })).toBeUndefined();
  expect(
    await pictureStatistics(encodePng(grey, 6, 5).subarray(0, 60), { side: 6 }),
  ).toBeUndefined();
});

test("a blurred picture is less sharp, a dark one less bright and of less contrast", async () => {
  const noise = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (at * 7919) % 251);
  const plain = encodePng(noise, 32, 32);
  const [before, blurred, dark] = await Promise.all([
    pictureStatistics(plain, { side: 32 }),
    pictureStatistics(await sharp(plain).blur(1.5).png().toBuffer(), { side: 32 }),
    pictureStatistics(await sharp(plain).linear(0.3, 0).png().toBuffer(), { side: 32 }),
  ]);
  expect(blurred?.sharpness).toBeLessThan((before?.sharpness ?? 0) / 4);
  expect(dark?.brightness).toBeLessThan((before?.brightness ?? 0) / 2);
  expect(dark?.contrast).toBeLessThan((before?.contrast ?? 0) / 2);
});

const pictureOf = (red: number, contrast: number, sharpness: number): PictureStatistics => ({
  brightness: 0,
  contrast,
  sharpness: Math.expm1(sharpness),
  width: 32,
  height: 32,
  red,
  green: 0,
  blue: 0,
});

test("distances are scipy's Mahalanobis distances, of a member as if it had not been one", () => {
  // X = [[i*i % 7, i*i*i % 11, i % 5] for i in range(12)]; each row against the mean and the inverse
  // covariance of the others, and [3, 4, 1] against all: spatial.distance.mahalanobis
  const members = Array.from({ length: 12 }, (_, i) => pictureOf(i ** 2 % 7, i ** 3 % 11, i % 5));
  const look = lookOf(members);
  if (look === undefined) throw new Error("twelve pictures have a look");
  const expected = [2.298591154705914, 1.2332539308912582, 1.880102738616239, 0.9183424044565224];
  for (const [at, distance] of expected.entries()) {
    // The ridge that keeps constant features harmless moves the third digit.
    expect(distanceWithout(look, members[at] ?? pictureOf(0, 0, 0))).toBeCloseTo(distance, 2);
  }
  expect(distanceFrom(look, pictureOf(3, 4, 1))).toBeCloseTo(1.0497639342972704, 2);
});

test("pictures of one colour have finite distances; too few have no look", () => {
  const same = Array.from({ length: 20 }, () => pictureOf(7, 0, 0));
  const look = lookOf(same);
  expect(look && distanceWithout(look, pictureOf(7, 0, 0))).toBe(0);
  expect(look && distanceFrom(look, pictureOf(200, 50, 3))).toBeGreaterThan(1000);
  expect(lookOf(same.slice(0, 9))).toBeUndefined();
  expect(lookOf([])).toBeUndefined();
});
