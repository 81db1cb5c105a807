import { pMapIterable } from "p-map";
import sharp from "sharp";
import { messageOf, UsageError } from "../errors.ts";
import type { BackgroundWanted } from "./background.ts";
import { random, shuffle } from "./random.ts";
import type { Picture, Pictures, Split } from "./source.ts";
import { limitInputPixels, squeeze } from "./squeeze.ts";

/** Files in folders, wherever they lie; paths are relative, with slashes, and `""` is the whole. */
export interface Tree {
  /** How many files are read at a time. */
  readonly concurrency: number;
  /** A path as a person finds it. */
  at(path: string): string;
  /** Whether there is such a folder. */
  has(path: string): Promise<boolean>;
  /** The names of the files right in a folder, in any order; undefined where there is no such folder. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** A file's bytes. @throws UsageError where `refuseLarge` refuses so many. */
  read(path: string): Promise<Buffer>;
}

/** The most bytes of a picture, as some are held at a time. */
const MAX_BYTES = 64 * 2 ** 20;
const READ = /\.(png|jpe?g|webp)$/i;
/** Pictures that would be missed in the training, where other files would not. */
const UNREAD = /\.(gif|bmp|tiff?|hei[cf]|avif|jxl|jp2)$/i;
/** Of each class of a tree that is not split itself. */
const testShare = 0.2;

interface Entry {
  readonly path: string;
  readonly split: Split;
  readonly label: number;
  readonly id: number;
}

/** Whether a tree has a folder of a class's name, itself or under `train/`. */
export async function hasClass(tree: Tree, name: string): Promise<boolean> {
  return (await tree.has(name)) || (await tree.has(`train/${name}`));
}

/**
 * The pictures of a tree: `<class>/*.png|jpg|webp`, or the same under `train/` and `test/`. Without these a
 * seeded fifth of each class is for testing. Of the last class there are no more than `ofLast` wants. The
 * order follows from the names, whatever order they are listed in.
 * @throws UsageError naming the folder that is missing, or a picture in another format; at its turn, the file
 * that is no picture.
 */
export async function openTree(
  tree: Tree,
  classes: readonly string[],
  seed: number,
  ofLast?: BackgroundWanted,
): Promise<Pictures> {
  const next = random(seed);
  const isSplit =
    !classes.includes("train") &&
    !classes.includes("test") &&
    (await tree.has("train")) &&
    (await tree.has("test"));
  const entries: Entry[] = [];
  for (const [label, vehicle] of classes.entries()) {
    if (isSplit) {
      for (const split of ["train", "test"] as const) {
        const paths = await listPictures(tree, `${split}/${vehicle}`);
        for (const [id, path] of paths.entries()) entries.push({ path, split, label, id });
      }
      continue;
    }
    const paths = await listPictures(tree, vehicle);
    const tests = new Set(shuffle(paths, next).slice(0, Math.round(paths.length * testShare)));
    for (const [id, path] of paths.entries()) {
      entries.push({ path, split: tests.has(path) ? "test" : "train", label, id });
    }
  }
  const mixed = shuffle(ofLast === undefined ? entries : thin(entries, classes, ofLast), next);
  const { concurrency } = tree;
  return async function* pictures() {
    yield* pMapIterable(mixed, async (entry) => await read(tree, entry), { concurrency });
  };
}

/** The entries with at most so many of the last class, drawn by lot. */
function thin(
  entries: readonly Entry[],
  { length }: readonly string[],
  { counts, seed }: BackgroundWanted,
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

async function listPictures(tree: Tree, folder: string): Promise<string[]> {
  const names = await tree.list(folder);
  if (names === undefined) {
    throw new UsageError(
      `There is no folder ${tree.at(folder)}: a class of dataset.classes in pipeline.yaml needs a ` +
        "folder of its name with its pictures.",
    );
  }
  const shown = names.filter((name) => !name.startsWith("."));
  const unread = shown.find((name) => UNREAD.test(name));
  if (unread !== undefined) {
    throw new UsageError(
      `${tree.at(`${folder}/${unread}`)} is left unread: PNG, JPEG and WebP are read. Convert or remove it.`,
    );
  }
  const pictures = shown.filter((name) => READ.test(name));
  return pictures.sort().map((name) => `${folder}/${name}`);
}

async function read(tree: Tree, { path, ...entry }: Entry): Promise<Picture> {
  const content = await tree.read(path);
  await checkHeader(content, tree.at(path));
  const png = () =>
    squeeze(content).catch((cause: unknown) => {
      const why = (cause as Error).message;
      throw new UsageError(`${tree.at(path)} cannot be read as a picture: ${why}.`, { cause });
    });
  return { ...entry, content, png };
}

async function checkHeader(content: Buffer, file: string): Promise<void> {
  // Of no bytes at all sharp complains before there is a promise.
  const metadata = async () => await sharp(content).metadata();
  const { width, height } = await metadata().catch((cause: unknown) => {
    throw new UsageError(`${file} is no picture: ${messageOf(cause)}. Remove it.`, { cause });
  });
  if (width * height > limitInputPixels) {
    throw new UsageError(
      `${file} has ${width} x ${height} pixels, over ${limitInputPixels}. Make it smaller.`,
    );
  }
}

/** @throws UsageError where a picture has more than `MAX_BYTES`. */
export function refuseLarge(file: string, bytes: number): void {
  if (bytes <= MAX_BYTES) return;
  throw new UsageError(
    `${file} has ${bytes} bytes, over the ${MAX_BYTES} of a picture. Make it smaller, or remove it.`,
  );
}
