import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { makePinnedS3 } from "../clients.ts";
import type { Config } from "../config.ts";
import type { Clients, Progress } from "../context.ts";
import { UsageError } from "../errors.ts";
import { parseS3Uri } from "../s3.ts";
import { openArchive } from "./archive.ts";
import { cifarArchive } from "./cifar-100.ts";
import { openDrawn } from "./drawn.ts";
import { folderTree } from "./folder.ts";
import { type BackgroundWanted, backgroundWanted, pickBackground } from "./background.ts";
import { prefixTree } from "./prefix.ts";
import { survey } from "./source.ts";
import type { Pictures, Source } from "./source.ts";
import { hasClass, openTree, type Tree } from "./tree.ts";

export interface OpenOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** For pictures in S3; what the environment leads to where they are not given. */
  readonly clients?: Pick<Clients, "s3">;
}

/** The bucket of artifacts, where it is known: what the project makes there is no source. */
type OpenConfig = Pick<Config, "dataset"> & Partial<Pick<Config, "project" | "bucket">>;

/**
 * Opens a data set and looks through it once: `cifar-100` (from the cache, else downloaded),
 * `drawn`, the path of a CIFAR-100 archive or of a folder of pictures, or an S3 prefix as such a
 * folder. Its last class is
 * `dataset.background` where it has such pictures; where they are wanted and it has none, that is said.
 * @throws UsageError where it is missing, damaged, of another kind, or lacks a class;
 * DownloadError where CIFAR-100 is neither in the cache nor to be had; StepError where S3 refuses.
 */
export async function openDataset(
  name: string,
  config: OpenConfig,
  options: OpenOptions,
): Promise<Source> {
  const { dataset } = config;
  const { signal, progress } = options;
  const { classes, background } = dataset;
  const found = await find(name, config, options);
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

async function find(name: string, config: OpenConfig, options: OpenOptions): Promise<Found> {
  const { classes, background, seed } = config.dataset;
  const ofBackground = background.count > 0 ? backgroundWanted(background) : undefined;
  if (name === "drawn") {
    const pictures = openDrawn(classes, seed, { background: ofBackground });
    return { name, pictures, hasBackground: ofBackground !== undefined };
  }
  if (name === "cifar-100") {
    return { name, ...(await findInArchive(await cifarArchive(options), classes, ofBackground)) };
  }
  const wanted = { classes, name: background.name, seed, ofBackground };
  if (name.startsWith("s3://"))
    return await findInTree(await openPrefix(name, config, options), wanted);
  const path = resolve(name);
  const found = await stat(path).catch((cause: unknown) => {
    throw new UsageError(
      `The data set "${name}" is not there (${path}). Name a CIFAR-100 archive, a folder of ` +
        "pictures, s3://bucket/prefix/, cifar-100 or drawn.",
      { cause },
    );
  });
  if (!found.isDirectory()) {
    return { name: basename(path), ...(await findInArchive(path, classes, ofBackground)) };
  }
  return { ...(await findInTree(folderTree(path), wanted)), name: basename(path) };
}

interface TreeWanted {
  readonly classes: readonly string[];
  /** Of the background. */
  readonly name: string;
  readonly seed: number;
  readonly ofBackground: BackgroundWanted | undefined;
}

async function findInTree(
  tree: Tree,
  { classes, name, seed, ofBackground }: TreeWanted,
): Promise<Found> {
  const hasBackground = ofBackground !== undefined && (await hasClass(tree, name));
  const pictures = hasBackground
    ? await openTree(tree, [...classes, name], seed, ofBackground)
    : await openTree(tree, classes, seed);
  return { name: tree.at(""), pictures, hasBackground };
}

/** @throws UsageError where there is nothing under the prefix, or it is the project's own. */
async function openPrefix(
  name: string,
  { project, bucket }: OpenConfig,
  { clients, signal }: OpenOptions,
): Promise<Tree> {
  const prefix = parseS3Uri(name.replace(/\/*$/, "/"));
  if (prefix.bucket === bucket && prefix.key.startsWith(`${project}/`)) {
    throw new UsageError(
      `"${name}": teardown deletes what lies under s3://${bucket}/${project}/. Put the pictures under ` +
        "another prefix, such as pictures/.",
    );
  }
  const tree = prefixTree(clients?.s3 ?? makePinnedS3(), prefix, signal);
  if (await tree.has("")) return tree;
  throw new UsageError(
    `There is nothing under ${tree.at("")}: put the pictures there, each under the name of its class.`,
  );
}

async function findInArchive(
  file: string,
  classes: readonly string[],
  wanted: BackgroundWanted | undefined,
): Promise<Omit<Found, "name">> {
  const background = wanted && (await pickBackground(file, classes, wanted));
  const hasBackground =
    background !== undefined && background.train.size > 1 && background.test.size > 0;
  const pictures = await openArchive(file, classes, hasBackground ? background : undefined);
  return { pictures, hasBackground };
}
