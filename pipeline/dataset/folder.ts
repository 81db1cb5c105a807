import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { UsageError } from "../errors.ts";
import { encodePng } from "../png.ts";
import { random, shuffle } from "./random.ts";
import type { OthersWanted } from "./others.ts";
import type { Picture, Pictures, Split } from "./source.ts";

/** What the pre-trained image-classification network takes; larger pictures are squeezed to it. */
const maxSide = 224;
/** 64 megapixels: more than a telephone takes, less than a decompression bomb. */
const limitInputPixels = 2 ** 26;
/** Of each class of a folder that is not split itself. */
const testShare = 0.2;

interface Entry {
  readonly file: string;
  readonly split: Split;
  readonly label: number;
  readonly id: number;
}

/** Whether a folder of pictures has a sub-folder of a class's name, itself or under `train/`. */
export async function hasClassFolder(folder: string, name: string): Promise<boolean> {
  const places = [join(folder, name), join(folder, "train", name)];
  const found = await Promise.all(
    places.map((place) =>
      stat(place)
        .then((at) => at.isDirectory())
        .catch(() => false),
    ),
  );
  return found.includes(true);
}

/**
 * The pictures of a folder: `<class>/*.png|jpg`, or the same under `train/` and `test/`. Without
 * these a seeded fifth of each class is for testing. Of the last class there are no more than `ofLast`
 * wants. Every picture's header is read at once.
 * @throws UsageError naming the folder that is missing or the file that is no picture.
 */
export async function openFolder(
  folder: string,
  classes: readonly string[],
  seed: number,
  ofLast?: OthersWanted,
): Promise<Pictures> {
  const next = random(seed);
  const names = await readdir(folder);
  const isSplit = ["train", "test"].every(
    (name) => names.includes(name) && !classes.includes(name),
  );
  const entries: Entry[] = [];
  for (const [label, vehicle] of classes.entries()) {
    if (isSplit) {
      for (const split of ["train", "test"] as const) {
        const files = await listPictures(join(folder, split, vehicle));
        entries.push(...files.map((file, id) => ({ file, split, label, id })));
      }
      continue;
    }
    const files = await listPictures(join(folder, vehicle));
    const tests = new Set(shuffle(files, next).slice(0, Math.round(files.length * testShare)));
    for (const [id, file] of files.entries()) {
      entries.push({ file, split: tests.has(file) ? "test" : "train", label, id });
    }
  }
  const mixed = shuffle(ofLast === undefined ? entries : thin(entries, classes, ofLast), next);
  for (const { file } of mixed) await checkHeader(file);
  return async function* pictures() {
    for (const { file, ...entry } of mixed) yield await read(file, entry);
  };
}

/** The entries with at most so many of the last class, drawn by lot. */
function thin(
  entries: readonly Entry[],
  { length }: readonly string[],
  { counts, seed }: OthersWanted,
): Entry[] {
  const next = random(seed);
  const isLast = ({ label }: Entry) => label === length - 1;
  const kept = (["train", "test"] as const).flatMap((split) =>
    shuffle(
      entries.filter((entry) => isLast(entry) && entry.split === split),
      next,
    ).slice(0, counts[split]),
  );
  return [...entries.filter((entry) => !isLast(entry)), ...kept];
}

async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new UsageError(
      `There is no folder ${folder}: a class of dataset.classes in pipeline.yaml needs a folder ` +
        "of its name with its pictures.",
      { cause },
    );
  });
  const pictures = names.filter((name) => /\.(png|jpe?g)$/i.test(name) && !name.startsWith("."));
  return pictures.sort().map((name) => join(folder, name));
}

async function checkHeader(file: string): Promise<void> {
  const { width, height } = await sharp(file)
    .metadata()
    .catch((cause: unknown) => {
      throw new UsageError(`${file} is no picture: ${(cause as Error).message}. Remove it.`, {
        cause,
      });
    });
  if (width * height > limitInputPixels) {
    throw new UsageError(
      `${file} has ${width} x ${height} pixels, over ${limitInputPixels}. Make it smaller.`,
    );
  }
}

async function read(file: string, entry: Omit<Entry, "file">): Promise<Picture> {
  const content = await readFile(file);
  return { ...entry, content, png: () => squeeze(file, content) };
}

/** Decoded and encoded anew, so that nothing but pixels passes; upright, RGB, at most 224 x 224. */
async function squeeze(file: string, content: Buffer): Promise<Buffer> {
  try {
    const picture = sharp(content, { limitInputPixels, failOn: "error" }).autoOrient();
    const { width, height } = (await picture.metadata()).autoOrient;
    const { data, info } = await picture
      .resize(Math.min(width, maxSide), Math.min(height, maxSide), { fit: "fill" })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return encodePng(data, info.width, info.height);
  } catch (cause) {
    throw new UsageError(`${file} cannot be read as a picture: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
