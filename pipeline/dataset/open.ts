import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Config } from "../config.ts";
import type { Progress } from "../context.ts";
import { UsageError } from "../errors.ts";
import { openArchive } from "./archive.ts";
import { cifarArchive } from "./cifar-100.ts";
import { openDrawn } from "./drawn.ts";
import { openFolder } from "./folder.ts";
import { survey } from "./source.ts";
import type { Source } from "./source.ts";

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
 * `drawn`, or the path of a CIFAR-100 archive or of a folder of pictures.
 * @throws UsageError where it is missing, damaged, of another kind, or lacks a class;
 * DownloadError where CIFAR-100 is neither in the cache nor to be had.
 */
export async function openDataset(
  name: string,
  { dataset }: Pick<Config, "dataset">,
  options: OpenOptions,
): Promise<Source> {
  const { classes } = dataset;
  const { signal, seed = dataset.seed } = options;
  if (name === "drawn") return await survey(name, classes, openDrawn(classes, seed), signal);
  if (name === "cifar-100") {
    const file = await cifarArchive(options);
    return await survey(name, classes, await openArchive(file, classes), signal);
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
  const open = found.isDirectory() ? openFolder : openArchive;
  return await survey(basename(path), classes, await open(path, classes, seed), signal);
}
