import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Progress } from "../context.ts";
import { download } from "./download.ts";

const home = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz";
/** As the page of the data set gives it. */
const md5 = "03b5dce01913d631647c71ecec9e9cb8";

/** What is downloaded once: `SCONES_CACHE`, else the user's cache folder (XDG). */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const { SCONES_CACHE, XDG_CACHE_HOME } = environment;
  return SCONES_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "scones");
}

interface Cache {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly cacheDir?: string;
  /** Another home of the same kind of file. */
  readonly origin?: { readonly url: string; readonly md5: string };
}

/**
 * The path of CIFAR-100's binary archive: the cached one where it is whole, else downloaded.
 * @throws DownloadError
 */
export async function cifarArchive({
  progress,
  signal,
  cacheDir = cacheDirectory(),
  origin = { url: home, md5 },
}: Cache): Promise<string> {
  const file = join(cacheDir, "cifar-100-binary.tar.gz");
  if ((await md5Of(file)) === origin.md5) return file;
  progress.line(`downloading ${origin.url}`);
  await download({ ...origin, file, progress, signal });
  return file;
}

async function md5Of(file: string): Promise<string | undefined> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const hash = createHash("md5");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
