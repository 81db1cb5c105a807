import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Config } from "../config.ts";
import type { Progress } from "../context.ts";
import { UsageError } from "../errors.ts";
import { openArchive } from "./archive.ts";
import { cifarArchive } from "./cifar-100.ts";
import { openDrawn } from "./drawn.ts";
import { hasClassFolder, openFolder } from "./folder.ts";
import { type OthersWanted, othersWanted, pickOthers } from "./others.ts";
import { survey } from "./source.ts";
import type { Pictures, Source } from "./source.ts";

export interface OpenOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Where CIFAR-100 is kept; `cacheDirectory()` where it is not given. */
  readonly cacheDir?: string;
  /** For pictures that are drawn and a folder that is split; `dataset.seed` where it is not given. */
  readonly seed?: number;
}

/**
 * Opens a data set and looks through it once: `cifar-100` (from the cache, else downloaded),
 * `drawn`, or the path of a CIFAR-100 archive or of a folder of pictures. Its last class is
 * `dataset.background` where it has such pictures; where they are wanted and it has none, that is said.
 * @throws UsageError where it is missing, damaged, of another kind, or lacks a class;
 * DownloadError where CIFAR-100 is neither in the cache nor to be had.
 */
export async function openDataset(
  name: string,
  config: Pick<Config, "dataset">,
  options: OpenOptions,
): Promise<Source> {
  const { dataset } = config;
  const { signal, progress } = options;
  const { classes, background } = dataset;
  const found = await find(name, dataset, options);
  if (found.hasBackground) {
    const source = await survey(found.name, [...classes, background.name], found.pictures, signal);
    return { ...source, background: background.name };
  }
  if (background.count > 0) {
    progress.line(
      `${found.name} has no pictures of anything else (dataset.background): its model takes ` +
        `everything for one of ${classes.join(", ")}`,
    );
  }
  return await survey(found.name, classes, found.pictures, signal);
}

interface Found {
  readonly name: string;
  readonly pictures: Pictures;
  readonly hasBackground: boolean;
}

async function find(
  name: string,
  { classes, background, seed: splitSeed }: Config["dataset"],
  options: OpenOptions,
): Promise<Found> {
  const { seed = splitSeed } = options;
  const others = background.count > 0 ? othersWanted(background) : undefined;
  if (name === "drawn") {
    const pictures = openDrawn(classes, seed, { others });
    return { name, pictures, hasBackground: others !== undefined };
  }
  if (name === "cifar-100") {
    return { name, ...(await findInArchive(await cifarArchive(options), classes, others)) };
  }
  if (name.startsWith("s3://")) {
    throw new UsageError(
      `"${name}": pictures are not yet read from S3. Copy them into a folder ` +
        "(aws s3 sync) and name that.",
    );
  }
  const path = resolve(name);
  const found = await stat(path).catch((cause: unknown) => {
    throw new UsageError(
      `The data set "${name}" is not there (${path}). Name a CIFAR-100 archive, a folder of ` +
        "pictures, cifar-100 or drawn.",
      { cause },
    );
  });
  if (!found.isDirectory()) {
    return { name: basename(path), ...(await findInArchive(path, classes, others)) };
  }
  const hasBackground = others !== undefined && (await hasClassFolder(path, background.name));
  const pictures = hasBackground
    ? await openFolder(path, [...classes, background.name], seed, others)
    : await openFolder(path, classes, seed);
  return { name: basename(path), pictures, hasBackground };
}

async function findInArchive(
  file: string,
  classes: readonly string[],
  wanted: OthersWanted | undefined,
): Promise<Omit<Found, "name">> {
  const others = wanted && (await pickOthers(file, classes, wanted));
  const hasBackground = others !== undefined && others.train.size > 1 && others.test.size > 0;
  const pictures = await openArchive(file, classes, hasBackground ? others : undefined);
  return { pictures, hasBackground };
}
