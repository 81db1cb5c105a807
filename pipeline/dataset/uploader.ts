import { createHash } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { StepError } from "../errors.ts";
import { MultipartUpload } from "../multipart.ts";
import { listObjects } from "../s3.ts";
import type { Upload } from "./blocks.ts";

/** The most parts that S3 takes. */
const MAX_PARTS = 10_000;

interface Staged {
  readonly etag: string;
  readonly size: number;
}

/** Sends the objects of a dataset, but for those that are there. */
export class Uploader {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #signal: AbortSignal;
  readonly #staged = new Map<string, Staged>();
  readonly #multiparts = new Map<string, MultipartUpload>();
  /** Bytes seen of the objects that come in parts and are there. */
  readonly #seen = new Map<string, number>();

  constructor(s3: S3Client, bucket: string, prefix: string, signal: AbortSignal) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#signal = signal;
  }

  /** Looks what is there below a folder of the dataset's. */
  async survey(folder = ""): Promise<void> {
    const signal = this.#signal;
    const below = this.#prefix + folder;
    for await (const object of listObjects(this.#s3, this.#bucket, below, { signal })) {
      this.#staged.set(object.key, object);
    }
  }

  /**
   * @throws StepError where an object that is there and was sent in parts has another size: S3 shows
   * those only whole, and the prefix is named by its content. Or where one has more parts than S3 takes.
   */
  async send(upload: Upload): Promise<void> {
    const Key = this.#prefix + upload.key;
    if (upload.part === undefined) return this.#put(Key, upload);
    const staged = this.#staged.get(Key);
    if (staged !== undefined) return this.#compare(Key, upload, staged);
    if (upload.part.number > MAX_PARTS) {
      throw new StepError(
        `s3://${this.#bucket}/${Key} is larger than the 48 GiB that fit one file. Raise ` +
          "training.instanceCount, which makes more of them.",
      );
    }
    const multipart =
      this.#multiparts.get(Key) ??
      new MultipartUpload(this.#s3, { Bucket: this.#bucket, Key }, upload.contentType);
    this.#multiparts.set(Key, multipart);
    const part = { body: upload.body, ...upload.part };
    await this.#again(() => multipart.send(part, this.#signal));
  }

  /** Takes back what is not complete, after a failure. */
  async abort(): Promise<void> {
    await Promise.all([...this.#multiparts.values()].map((multipart) => multipart.abort()));
  }

  async #put(Key: string, { body, contentType }: Upload): Promise<void> {
    const { etag } = this.#staged.get(Key) ?? {};
    if (etag === createHash("md5").update(body).digest("hex")) return;
    const object = { Bucket: this.#bucket, Key, Body: body, ContentType: contentType };
    await this.#again(async () => {
      await this.#s3.send(new PutObjectCommand(object), { abortSignal: this.#signal });
    });
  }

  #compare(Key: string, { body, part }: Upload, { size }: Staged): void {
    const seen = (this.#seen.get(Key) ?? 0) + body.length;
    this.#seen.set(Key, seen);
    if (part?.last !== true || seen === size) return;
    throw new StepError(
      `s3://${this.#bucket}/${Key} has ${size} bytes where these pictures give ${seen}: it was ` +
        "altered. Delete it and stage again.",
    );
  }

  async #again(send: () => Promise<void>): Promise<void> {
    await send().catch((error: unknown) => {
      // Spoilt on the way, which the SDK does not retry: its checksum is of the bytes that are here.
      if ((error as Error).name === "BadDigest") return send();
      throw error;
    });
  }
}
