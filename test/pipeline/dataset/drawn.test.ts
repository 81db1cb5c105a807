import { expect, test } from "@jest/globals";
import sharp from "sharp";
import { openDrawn } from "../../../pipeline/dataset/drawn.ts";
import type { Picture } from "../../../pipeline/dataset/source.ts";
import { UsageError } from "../../../pipeline/errors.ts";

const few = { train: 3, test: 2 };

async function read(classes: string[], seed: number, perClass = few): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (const picture of openDrawn(classes, seed, perClass)()) pictures.push(picture);
  return pictures;
}

test("each class has its pictures, 32 x 32, in mixed order", async () => {
  const pictures = await read(["bicycle", "motorcycle"], 1);
  const kinds = pictures.map(({ split, label, id }) => `${split} ${label} ${id}`);
  expect(kinds.toSorted()).toEqual([
    "test 0 0",
    "test 0 1",
    "test 1 0",
    "test 1 1",
    "train 0 0",
    "train 0 1",
    "train 0 2",
    "train 1 0",
    "train 1 1",
    "train 1 2",
  ]);
  expect(kinds).not.toEqual(kinds.toSorted());
  for (const { png } of pictures) {
    expect(await sharp(await png()).metadata()).toMatchObject({
      width: 32,
      height: 32,
      channels: 3,
    });
  }
});

async function draw(seed: number): Promise<Buffer[]> {
  const pictures = await read(["motorcycle"], seed);
  return await Promise.all(pictures.map(async ({ png }) => await png()));
}

test("the same seed draws the same pictures, another seed others", async () => {
  const first = await draw(1);
  expect(await draw(1)).toEqual(first);
  const others = await draw(2);
  for (const picture of others) expect(first).not.toContainEqual(picture);
});

test("other classes than bicycle and motorcycle are refused", () => {
  expect(() => openDrawn(["bicycle", "truck"], 1)).toThrow(UsageError);
  expect(() => openDrawn(["bicycle", "truck"], 1)).toThrow('not "truck"');
});
