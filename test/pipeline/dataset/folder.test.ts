import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import sharp from "sharp";
import { folderTree } from "../../../pipeline/dataset/folder.ts";
import type { Picture } from "../../../pipeline/dataset/source.ts";
import { openTree } from "../../../pipeline/dataset/tree.ts";
import { UsageError } from "../../../pipeline/errors.ts";

const classes = ["bicycle", "motorcycle"];

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-test-"));
});
afterEach(async () => await rm(folder, { recursive: true }));

/** Writes one-coloured pictures `0.png`, `1.jpg`, `2.png`... */
async function fill(path: string, count: number, red: number): Promise<void> {
  await mkdir(join(folder, path), { recursive: true });
  for (let at = 0; at < count; at++) {
    const picture = sharp({
      create: { width: 8, height: 6, channels: 3, background: { r: red, g: at, b: 0 } },
    });
    await picture.toFile(join(folder, path, `${at}.${at % 2 ? "jpg" : "png"}`));
  }
}

async function read(seed = 1): Promise<Picture[]> {
  const pictures = await openTree(folderTree(folder), classes, seed);
  const all: Picture[] = [];
  for await (const picture of pictures()) all.push(picture);
  return all;
}

const count = (pictures: Picture[], split: string, label: number) =>
  pictures.filter((picture) => picture.split === split && picture.label === label).length;

const order = (list: Picture[]) => list.map(({ split, label, id }) => `${split} ${label} ${id}`);

test("without a split of its own, a seeded fifth of each class is for testing", async () => {
  await fill("bicycle", 10, 0);
  await fill("motorcycle", 5, 255);
  const pictures = await read();
  expect([0, 1].map((label) => count(pictures, "test", label))).toEqual([2, 1]);
  expect([0, 1].map((label) => count(pictures, "train", label))).toEqual([8, 4]);
  expect(order(await read())).toEqual(order(pictures));
  expect(order(await read(2))).not.toEqual(order(pictures));
});

test("the folders train and test are the split", async () => {
  for (const [label, vehicle] of classes.entries()) {
    await fill(`train/${vehicle}`, 3, label * 255);
    await fill(`test/${vehicle}`, 2, label * 255);
  }
  const pictures = await read();
  expect([0, 1].map((label) => count(pictures, "test", label))).toEqual([2, 2]);
  expect([0, 1].map((label) => count(pictures, "train", label))).toEqual([3, 3]);
  for (const picture of pictures) {
    const { data, info } = await sharp(await picture.png())
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 8, height: 6, channels: 3 });
    expect(Math.abs((data[0] ?? 0) - picture.label * 255)).toBeLessThan(4);
  }
});

test("a large, transparent, grey or turned picture becomes upright RGB of at most 224 x 224", async () => {
  await fill("motorcycle", 5, 255);
  await mkdir(join(folder, "bicycle"));
  const wide = {
    create: { width: 600, height: 300, channels: 4, background: "#00ff0080" },
  } as const;
  await sharp(wide)
    .png()
    .toFile(join(folder, "bicycle", "a.png"));
  const small = { create: { width: 20, height: 10, channels: 3, background: "red" } } as const;
  await sharp(small)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(join(folder, "bicycle", "b.JPG"));
  await sharp(small)
    .greyscale()
    .png()
    .toFile(join(folder, "bicycle", "c.png"));
  const pictures = (await read()).filter(({ label }) => label === 0);
  const sizes = new Map<number, unknown>();
  for (const { id, png } of pictures) {
    const { width, height, channels } = await sharp(await png()).metadata();
    sizes.set(id, [width, height, channels]);
  }
  expect([0, 1, 2].map((id) => sizes.get(id))).toEqual([
    [224, 224, 3],
    [10, 20, 3],
    [20, 10, 3],
  ]);
});

async function some(seed: number): Promise<Picture[]> {
  const wanted = { counts: { train: 6, test: 2 }, seed };
  const pictures = await openTree(folderTree(folder), classes, 1, wanted);
  return Array.fromAsync(pictures());
}

test("of the last class there are no more than are wanted, drawn by lot", async () => {
  await fill("bicycle", 10, 0);
  await fill("motorcycle", 20, 255);
  const pictures = await some(1);
  expect([0, 1].map((label) => count(pictures, "train", label))).toEqual([8, 6]);
  expect([0, 1].map((label) => count(pictures, "test", label))).toEqual([2, 2]);
  expect(order(await some(1))).toEqual(order(pictures));
  expect(order(await some(2)).toSorted()).not.toEqual(order(pictures).toSorted());
});

test("a class without a folder is refused", async () => {
  await fill("bicycle", 5, 0);
  await expect(read()).rejects.toThrow(UsageError);
  await expect(read()).rejects.toThrow(join(folder, "motorcycle"));
});

test("a file that is no picture is refused by name", async () => {
  await fill("bicycle", 5, 0);
  await fill("motorcycle", 5, 255);
  await writeFile(join(folder, "bicycle", "notes.png"), "not a picture");
  await expect(read()).rejects.toThrow(/notes\.png is no picture: .* Remove it\./);
});

test("a file of no bytes is refused by name", async () => {
  await fill("bicycle", 5, 0);
  await fill("motorcycle", 5, 255);
  await writeFile(join(folder, "bicycle", "empty.jpg"), "");
  const reading = read();
  await expect(reading).rejects.toThrow(
    /empty\.jpg is no picture: Input Buffer is empty. Remove it\./,
  );
  await expect(reading).rejects.toBeInstanceOf(UsageError);
});

test("a picture of a format that is not read is refused by name, not left out of the training", async () => {
  await fill("bicycle", 5, 0);
  await fill("motorcycle", 5, 255);
  await writeFile(join(folder, "bicycle", "Thumbs.db"), "no picture, and no matter");
  expect(await read()).toHaveLength(10);
  await writeFile(join(folder, "bicycle", "moving.gif"), "GIF89a");
  await expect(read()).rejects.toThrow(
    /moving\.gif is left unread: PNG, JPEG and WebP are read\. Convert or remove it\./,
  );
});

test("WebP is read, a folder of a picture's name is none, and a link to nothing is refused by name", async () => {
  await fill("bicycle", 5, 0);
  await fill("motorcycle", 5, 255);
  const teal = sharp({ create: { width: 8, height: 6, channels: 3, background: "teal" } });
  await teal.webp().toFile(join(folder, "bicycle", "5.webp"));
  await mkdir(join(folder, "bicycle", "more.jpg"));
  const pictures = await read();
  expect(pictures).toHaveLength(11);
  await Promise.all(pictures.map(async ({ png }) => await png()));
  await symlink(join(folder, "nowhere"), join(folder, "bicycle", "lost.jpg"));
  await expect(read()).rejects.toThrow(/lost\.jpg cannot be read: .*ENOENT/);
});

test("a cut-off picture is refused by name when it is read", async () => {
  await fill("bicycle", 5, 0);
  await fill("motorcycle", 5, 255);
  const noise = sharp({
    create: {
      width: 99,
      height: 99,
      channels: 3,
      background: "black",
      noise: { type: "gaussian", mean: 99, sigma: 30 },
    },
  });
  const jpeg = await noise.jpeg().toBuffer();
  await writeFile(join(folder, "bicycle", "cut.jpg"), jpeg.subarray(0, 1500));
  const pictures = await read();
  const all = Promise.all(pictures.map(async ({ png }) => await png()));
  await expect(all).rejects.toThrow(/cut\.jpg cannot be read as a picture/);
});

test("a picture that would unpack to hundreds of MB is refused before decoding", async () => {
  await fill("bicycle", 5, 0);
  await fill("motorcycle", 5, 255);
  const bomb = { create: { width: 9000, height: 9000, channels: 3, background: "black" } } as const;
  await sharp(bomb)
    .png({ compressionLevel: 9 })
    .toFile(join(folder, "bicycle", "bomb.png"));
  await expect(read()).rejects.toThrow("bomb.png has 9000 x 9000 pixels");
});
