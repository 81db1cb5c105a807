import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import { openDataset, type OpenOptions } from "../../../pipeline/dataset/open.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { openStagingStand } from "../steps/staging-stand.ts";

export const config = parseConfig("dataset: { background: { name: cows, count: 3 } }");

interface Answered {
  readonly output: { ContentLength?: number };
}
/** What becomes of a request for a key or prefix. */
type Answer = (key: string, next: () => Promise<Answered>) => Promise<Answered>;
export const asIs: Answer = (_key, next) => next();

export type PrefixStand = Awaited<ReturnType<typeof openPrefixStand>>;

/** A folder of ten pictures of each of three classes, and a bucket to copy it to. */
export async function openPrefixStand() {
  const staging = await openStagingStand();
  const clients = makeClients();
  const answers = { get: asIs, list: asIs };
  clients.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const { get, list } = answers;
        const answer = { GetObjectCommand: get, ListObjectsV2Command: list }[commandName ?? ""];
        const { Key = "", Prefix = "" } = call.input as { Key?: string; Prefix?: string };
        if (answer === undefined) return await next(call);
        return (await answer(Key || Prefix, () => next(call) as Promise<Answered>)) as never;
      },
    { step: "initialize" },
  );
  const folder = await mkdtemp(join(tmpdir(), "scones-test-"));
  for (const [at, name] of ["bicycle", "motorcycle", "cows"].entries()) {
    await mkdir(join(folder, name));
    for (let each = 0; each < 10; each++) {
      const rgb = new Uint8Array(12).fill(10 * each + at);
      // Names that S3 orders otherwise than JavaScript does.
      const file = `${["b", "\u{1f6b2}", "\uff5a", "B"][each % 4]}${each}.png`;
      await writeFile(join(folder, name, file), encodePng(rgb, 2, 2));
    }
  }
  const bucket = await staging.freshBucket();
  const put = async (Key: string, Body: Buffer | string) => {
    const ContentLength = Buffer.byteLength(Body);
    const object = { Bucket: bucket, Key, Body, ContentLength };
    await staging.clients.s3.send(new PutObjectCommand(object));
  };
  const { signal } = new AbortController();
  const options = { clients, progress: { line: () => {}, count: () => {} }, signal };
  const open = (
    prefix = "pictures/",
    changed: Partial<Config & OpenOptions> = {},
  ): Promise<Source> =>
    openDataset(
      prefix.startsWith("s3:") ? prefix : `s3://${bucket}/${prefix}`,
      { ...config, ...changed },
      { ...options, ...changed },
    );
  return {
    staging,
    folder,
    bucket,
    /** What becomes of GETs and of listings. */
    answers,
    put,
    /** Copies the folder, without its sub-folder `but`. */
    async upload(prefix: string, but = ""): Promise<void> {
      for (const name of await readdir(folder, { recursive: true })) {
        if (!name.includes("/") || name.startsWith(`${but}/`)) continue;
        await put(`${prefix}${name}`, await readFile(join(folder, name)));
      }
    },
    open,
    async refusal(...asked: Parameters<typeof open>): Promise<Error> {
      return (await open(...asked).catch((reason: unknown) => reason)) as Error;
    },
    async [Symbol.asyncDispose]() {
      destroyClients(clients);
      await staging[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** What S3 answers where it refuses. */
export function s3Error(name: string, headers: Record<string, string> = {}): S3ServiceException {
  const error = new S3ServiceException({ name, $fault: "client", message: "No.", $metadata: {} });
  return Object.assign(error, { $response: { headers } });
}
