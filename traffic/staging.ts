import { PutObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { Context } from "../pipeline/context.ts";
import { type Arrival, type Kind, kinds } from "./arrivals.ts";
import { pictureOf, type Pool } from "./pictures.ts";

const UPLOADS = 16;

/** Where a picture of the pool is staged under a prefix, once for all arrivals that pick it. */
export function pooledKey(prefix: string, kind: Kind, place: number): string {
  return `${prefix}${place}-${kind}.png`;
}

/** The kind of a staged picture, by its key. */
export function kindOf(key: string): Kind {
  return kinds.find((kind) => key.endsWith(`-${kind}.png`)) ?? "clear";
}

/** Stages each picture of the pool once. */
export async function stagePool(
  context: Context,
  bucket: string,
  prefix: string,
  pool: Pool,
): Promise<void> {
  const pictures = kinds.flatMap((kind) =>
    pool[kind].map((body, at) => ({ key: pooledKey(prefix, kind, at), body })),
  );
  await put(context, bucket, pictures);
}

/** Stages a picture for every arrival, in their order: what a fleet is sent over. */
export async function stageArrivals(
  context: Context,
  bucket: string,
  prefix: string,
  pool: Pool,
  load: readonly Arrival[],
): Promise<void> {
  const pictures = load.map((arrival, at) => ({
    key: `${prefix}${String(at).padStart(6, "0")}-${arrival.kind}.png`,
    body: pictureOf(arrival, pool),
  }));
  await put(context, bucket, pictures);
}

async function put(
  { clients: { s3 }, progress, signal }: Context,
  bucket: string,
  pictures: readonly { readonly key: string; readonly body: Buffer }[],
): Promise<void> {
  let done = 0;
  await pMap(
    pictures,
    async ({ key, body }) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }), {
        abortSignal: signal,
      });
      progress.count(++done, pictures.length, "pictures staged");
    },
    { concurrency: UPLOADS, signal },
  );
}
