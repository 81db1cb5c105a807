import { PutObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { Context } from "../pipeline/context.ts";
import type { Arrival } from "./arrivals.ts";
import { pictureOf, type Pool } from "./pictures.ts";

const UPLOADS = 16;

/** Where a picture of the pool is staged under a prefix, once for all arrivals that pick it. */
export function pooledKey(prefix: string, drifted: boolean, place: number): string {
  return `${prefix}${place}${drifted ? DRIFTED : ".png"}`;
}

/** Marks the keys of drifted pictures. */
const DRIFTED = "-drifted.png";

/** Whether it is a drifted picture's key. */
export function isDrifted(key: string): boolean {
  return key.endsWith(DRIFTED);
}

/** Stages each picture of the pool once. */
export async function stagePool(
  context: Context,
  bucket: string,
  prefix: string,
  { clear, drifted }: Pool,
): Promise<void> {
  await put(context, bucket, [
    ...clear.map((body, at) => ({ key: pooledKey(prefix, false, at), body })),
    ...drifted.map((body, at) => ({ key: pooledKey(prefix, true, at), body })),
  ]);
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
    key: `${prefix}${String(at).padStart(6, "0")}${arrival.drifted ? DRIFTED : ".png"}`,
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
