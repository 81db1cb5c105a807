import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Blocks, type Upload } from "./dataset/blocks.ts";

/** A part of an object, from number 1. */
interface Part {
  readonly body: Buffer;
  readonly number: number;
  readonly last: boolean;
}

/** An object that is sent in parts, in any order; S3 shows it once all are there. */
export class MultipartUpload {
  readonly #s3: S3Client;
  readonly #object: { readonly Bucket: string; readonly Key: string };
  readonly #contentType: string;
  readonly #parts: CompletedPart[] = [];
  #id: Promise<string | undefined> | undefined;
  #all = Infinity;

  constructor(
    s3: S3Client,
    object: { readonly Bucket: string; readonly Key: string },
    contentType: string,
  ) {
    this.#s3 = s3;
    this.#object = object;
    this.#contentType = contentType;
  }

  /** Sends a part, and completes the object with the one that was missing. */
  async send({ body, number, last }: Part, signal?: AbortSignal): Promise<void> {
    const options = signal && { abortSignal: signal };
    const UploadId = await (this.#id ??= this.#create());
    const part = { ...this.#object, UploadId, PartNumber: number, Body: body };
    const { ETag } = await this.#s3.send(new UploadPartCommand(part), options);
    this.#parts.push({ ETag, PartNumber: number });
    if (last) this.#all = number;
    if (this.#parts.length < this.#all) return;
    const Parts = this.#parts.toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    await this.#s3.send(
      new CompleteMultipartUploadCommand({
        ...this.#object,
        UploadId,
        MultipartUpload: { Parts },
      }),
      options,
    );
    this.#id = undefined;
  }

  /** Takes back what is not complete. */
  async abort(): Promise<void> {
    const UploadId = await this.#id?.catch(() => undefined);
    if (UploadId === undefined) return;
    await this.#s3.send(new AbortMultipartUploadCommand({ ...this.#object, UploadId }));
  }

  async #create(): Promise<string | undefined> {
    const upload = { ...this.#object, ContentType: this.#contentType };
    return (await this.#s3.send(new CreateMultipartUploadCommand(upload))).UploadId;
  }
}

/** An object to be, by S3's own names. */
interface ObjectToWrite {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

/**
 * Writes text as one object, up to 48 GiB, with no more than a part of it in memory; nothing is left
 * behind where the text or a part fails.
 */
export async function writeText(
  s3: S3Client,
  { ContentType, ...object }: ObjectToWrite,
  text: AsyncIterable<string>,
): Promise<void> {
  const blocks = new Blocks(object.Key, ContentType);
  const multipart = new MultipartUpload(s3, object, ContentType);
  const send = async ({ body, part, release }: Upload) => {
    if (part !== undefined) await multipart.send({ body, ...part });
    else await s3.send(new PutObjectCommand({ ...object, ContentType, Body: body }));
    release?.();
  };
  try {
    for await (const piece of text) {
      for (const part of blocks.add(Buffer.from(piece))) await send(part);
    }
    await send(blocks.end());
  } catch (error) {
    await multipart.abort().catch(() => undefined); // The first error says what is wrong.
    throw error;
  }
}
