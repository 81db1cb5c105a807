import { expect, test } from "@jest/globals";
import sharp from "sharp";
import { openDrawn } from "../../../pipeline/dataset/drawn.ts";
import type { BackgroundWanted } from "../../../pipeline/dataset/background.ts";
import type { Picture } from "../../../pipeline/dataset/source.ts";
import { UsageError } from "../../../pipeline/errors.ts";

const perClass = { train: 3, test: 2 };

async function read(
  classes: string[],
  seed: number,
  background?: BackgroundWanted,
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (const picture of openDrawn(classes, seed, { perClass, background })())
    pictures.push(picture);
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

const background = (seed: number) => ({ counts: { train: 4, test: 1 }, seed });
const contents = (pictures: Picture[], label: number) =>
  pictures
    .filter((each) => each.label === label)
    .map(({ split, content }) => `${split} ${Buffer.from(content).toString()}`)
    .toSorted();

const strangers = async (seed: number) => contents(await read(["bicycle"], 1, background(seed)), 1);

test("things that are no vehicle have the label behind the classes and a seed of their own", async () => {
  const first = await strangers(1);
  expect(first.map((each) => each.split(" ")[0])).toEqual(
    "test train train train train".split(" "),
  );
  expect(await strangers(1)).toEqual(first);
  for (const other of await strangers(2)) expect(first).not.toContain(other);
});

test("the vehicles are the same with strangers among them", async () => {
  const [alone, among] = [await read(["bicycle"], 1), await read(["bicycle"], 1, background(1))];
  expect(contents(among, 0)).toEqual(contents(alone, 0));
});

test("other classes than bicycle and motorcycle are refused", () => {
  expect(() => openDrawn(["bicycle", "truck"], 1)).toThrow(UsageError);
  expect(() => openDrawn(["bicycle", "truck"], 1)).toThrow('not "truck"');
});
