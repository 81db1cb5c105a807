import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Context } from "../context.ts";
import { isConflict } from "../s3.ts";
import { groundTruthLine, type Label, parseGroundTruth } from "./ground-truth.ts";

/** As often as others come in between. */
const TRIES = 5;

/**
 * Changes the labels of a ground truth file by conditional writes: two people may label at once. One
 * without labels is deleted, as an hour that nobody labelled has none.
 * @param change changes the labels, by event; asked again where somebody came in between
 * @returns whether there was something to write: what `change` returned last
 */
export async function changeTruthFile(
  { clients, signal }: Context,
  { bucket: Bucket, key: Key }: { readonly bucket: string; readonly key: string },
  change: (labels: Map<string, Label>) => boolean,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const { text, etag } = await read();
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const labels = new Map(
      lines.flatMap((line) => {
        const label = parseGroundTruth(line);
        return label === undefined ? [] : [[label.eventId, label] as const];
      }),
    );
    if (!change(labels)) return false;
    try {
      await write(labels, etag);
      return true;
    } catch (error) {
      if (!isConflict(error) || attempt >= TRIES) throw error;
    }
  }

  async function write(labels: ReadonlyMap<string, Label>, etag: string | undefined) {
    const options = { abortSignal: signal };
    if (labels.size === 0) {
      if (etag === undefined) return;
      await clients.s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: etag }), options);
      return;
    }
    const Body = [...labels.values()]
      .toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
      .map((label) => `${groundTruthLine(label)}\n`)
      .join("");
    const condition = etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag };
    const ContentType = "application/jsonlines";
    await clients.s3.send(
      new PutObjectCommand({ Bucket, Key, Body, ContentType, ...condition }),
      options,
    );
  }

  async function read(): Promise<{ text: string; etag?: string | undefined }> {
    try {
      const { Body, ETag } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }), {
        abortSignal: signal,
      });
      return { text: (await Body?.transformToString()) ?? "", etag: ETag };
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return { text: "" };
      throw error;
    }
  }
}
