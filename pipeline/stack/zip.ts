import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";

/** 1980-01-01, the first day that a zip archive can name: the same content is the same archive. */
const DATE = (1 << 5) | 1;
const UNIX = 3 << 8;
const FILE_MODE = (0o100644 << 16) >>> 0;

const deflate = promisify(deflateRaw);

/** A file's contents by its path in the archive. */
export type Files = Readonly<Record<string, Uint8Array>>;

/**
 * A zip archive (APPNOTE 4.3: local headers with data, central directory, end record), the same bytes
 * for the same files in the same order.
 */
export async function zip(files: Files): Promise<Buffer> {
  const entries = await Promise.all(Object.entries(files).map(compress));
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { path, common, data } of entries) {
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, path, data]);
    locals.push(local);
    centrals.push(centralHeader(path, common, offset));
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

interface Entry {
  readonly path: Buffer;
  /** The part of the header that the local and the central one share. */
  readonly common: Buffer;
  readonly data: Buffer;
}

async function compress([name, content]: [string, Uint8Array]): Promise<Entry> {
  const path = Buffer.from(name);
  const data = await deflate(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed
  common.writeUInt16LE(8, 4); // deflate
  common.writeUInt16LE(DATE, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(path.length, 22);
  return { path, common, data };
}

function centralHeader(path: Buffer, common: Buffer, offset: number): Buffer {
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(UNIX | 20);
  const attributes = Buffer.alloc(14); // comment and disk are 0
  attributes.writeUInt32LE(FILE_MODE, 6);
  attributes.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from("PK\x01\x02"), madeBy, common, attributes, path]);
}
