import { ByteReader } from "./byte-reader.ts";
import { StepError } from "../errors.ts";

/**
 * MXNet's image RecordIO, as its im2rec writes it and SageMaker's image-classification reads it
 * (`application/x-recordio`): records of dmlc-core (include/dmlc/recordio.h, src/recordio.cc), each
 * an IRHeader (mxnet/recordio.py, struct "IfQQ") and the bytes of a picture file. Little-endian.
 */
export interface ImageRecord {
  /** From 0; a float32 in the file. */
  readonly label: number;
  readonly id: number;
  /** The picture's file: PNG or JPEG. */
  readonly image: Buffer;
}

const magic = 0xced7230a;
const prefixBytes = 8;
const headerBytes = 24;
/** The length has 29 bits; the three above it say which part of a split record this is. */
const maxPartBytes = 2 ** 29 - 1;
const part = { whole: 0, first: 1, middle: 2, last: 3 } as const;

/**
 * One record. A payload that itself holds the magic number on a 4-byte border is split there, as
 * dmlc does, so that a reader can find the border of a record from anywhere in a file.
 * @throws RangeError for a picture of 512 MiB or more.
 */
export function encodeRecord({ label, id, image }: ImageRecord): Buffer {
  const payload = Buffer.alloc(headerBytes + image.length);
  payload.writeFloatLE(label, 4);
  payload.writeBigUInt64LE(BigInt(id), 8);
  image.copy(payload, headerBytes);
  if (payload.length > maxPartBytes) throw new RangeError(`${payload.length} bytes: too long`);

  const parts: Buffer[] = [];
  let start = 0;
  for (let at = 0; at + 4 <= payload.length; at += 4) {
    if (payload.readUInt32LE(at) !== magic) continue;
    parts.push(prefix(start === 0 ? part.first : part.middle, at - start));
    parts.push(payload.subarray(start, at));
    start = at + 4;
  }
  const rest = payload.subarray(start);
  parts.push(prefix(start === 0 ? part.whole : part.last, rest.length), rest);
  parts.push(Buffer.alloc(padding(rest.length)));
  return Buffer.concat(parts);
}

function prefix(kind: number, length: number): Buffer {
  const bytes = Buffer.alloc(prefixBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(((kind << 29) | length) >>> 0, 4);
  return bytes;
}

const padding = (length: number) => (4 - (length % 4)) % 4;

/**
 * Reads records one after another; only one is held at a time.
 * @throws StepError naming the offset where the file is cut off or no image RecordIO.
 */
export async function* readRecordIo(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<ImageRecord> {
  const reader = new ByteReader(source);
  try {
    for (;;) {
      const { offset } = reader;
      const payload = await readPayload(reader);
      if (payload === undefined) return;
      yield decode(payload, offset);
    }
  } finally {
    await reader.end();
  }
}

/** A whole record's bytes, its parts joined; undefined at the end of the stream. */
async function readPayload(reader: ByteReader): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  for (;;) {
    const { offset } = reader;
    const head = await reader.read(prefixBytes);
    if (head.length === 0 && pieces.length === 0) return undefined;
    if (head.length < prefixBytes) throw broken(offset, "cut off");
    if (head.readUInt32LE(0) !== magic) throw broken(offset, "no record starts there");
    const kind = head.readUInt32LE(4) >>> 29;
    const length = head.readUInt32LE(4) & maxPartBytes;
    const continues = kind === part.middle || kind === part.last;
    if (kind > part.last || continues !== pieces.length > 0) {
      throw broken(offset, `a part of kind ${kind} cannot stand there`);
    }
    const wanted = length + padding(length);
    const piece = await reader.read(wanted);
    if (piece.length < wanted) throw broken(offset, "cut off");
    pieces.push(piece.subarray(0, length));
    if (kind === part.whole) return piece.subarray(0, length);
    if (kind === part.last) return Buffer.concat(pieces);
    pieces.push(prefix(0, 0).subarray(0, 4));
  }
}

function decode(payload: Buffer, offset: number): ImageRecord {
  if (payload.length < headerBytes) throw broken(offset, "too short for a picture");
  // A flag above 0 counts the labels that follow the header in place of the one in it.
  const labels = payload.readUInt32LE(0);
  const start = headerBytes + 4 * labels;
  if (labels > 1) throw broken(offset, `${labels} labels where one is wanted`);
  if (payload.length <= start) throw broken(offset, "no picture in it");
  return {
    label: payload.readFloatLE(labels === 0 ? 4 : headerBytes),
    id: Number(payload.readBigUInt64LE(8)),
    image: payload.subarray(start),
  };
}

function broken(offset: number, reason: string): StepError {
  return new StepError(`Not an image RecordIO file: at byte ${offset}: ${reason}. Stage it again.`);
}
