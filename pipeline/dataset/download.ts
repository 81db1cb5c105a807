import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Progress } from "../context.ts";

/** A file cannot be had; whoever can do without it goes on. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

interface Download {
  readonly url: string;
  /** Hex. */
  readonly md5: string;
  /** Where it goes; its folder is made. It stands there whole and checked, or not at all. */
  readonly file: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly connectTimeoutMs?: number;
  /** How long the stream may pause. */
  readonly stallTimeoutMs?: number;
}

/**
 * Downloads a file and checks it.
 * @throws DownloadError where there is no connection or no answer in time, another status than 200,
 * a stream that stalls or is cut off, a wrong checksum or no room; the signal's reason on abort.
 */
export async function download(options: Download): Promise<void> {
  const { url, file, signal } = options;
  const temporary = `${file}.${crypto.randomUUID()}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, "");
    await fetchInto(temporary, options);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    signal.throwIfAborted();
    throw new DownloadError(`${url}: ${reason(error)}`, { cause: error });
  }
}

async function fetchInto(
  temporary: string,
  { url, md5, progress, signal, connectTimeoutMs = 10_000, stallTimeoutMs = 30_000 }: Download,
): Promise<void> {
  const watchdog = new AbortController();
  const giveUp = (what: string) => () => watchdog.abort(new DownloadError(what));
  const connecting = setTimeout(
    giveUp(`no answer in ${connectTimeoutMs / 1000} s`),
    connectTimeoutMs,
  );
  const both = AbortSignal.any([signal, watchdog.signal]);
  const response = await fetch(url, { signal: both }).finally(() => clearTimeout(connecting));
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new DownloadError(`the answer was ${response.status} ${response.statusText}`);
  }
  const total = megabytes(Number(response.headers.get("content-length") ?? 0));
  const hash = createHash("md5");
  const stalling = setTimeout(
    giveUp(`nothing came for ${stallTimeoutMs / 1000} s`),
    stallTimeoutMs,
  );
  async function* watch(chunks: AsyncIterable<Uint8Array>) {
    let received = 0;
    for await (const chunk of chunks) {
      stalling.refresh();
      hash.update(chunk);
      received += chunk.length;
      progress.count(megabytes(received), total, "MB");
      yield chunk;
    }
  }
  try {
    const body = Readable.fromWeb(response.body);
    // A stream opens its file when it likes, even behind its removal: it may not make it anew.
    const target = createWriteStream(temporary, { flags: "r+" });
    await pipeline(body, watch, target, { signal: both });
  } finally {
    clearTimeout(stalling);
  }
  const found = hash.digest("hex");
  if (found !== md5) throw new DownloadError(`its MD5 is ${found}, not ${md5}`);
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

/** fetch says only "fetch failed", an abort only that it was one; the cause says why. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  const { message: deeper, code } = (cause ?? {}) as NodeJS.ErrnoException;
  return deeper === undefined || deeper === "" ? (code ?? message) : deeper;
}
