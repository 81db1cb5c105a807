import { crc32, deflateRawSync } from "node:zlib";

/** 1980-01-01, the first day that a zip archive can name: the same content is the same archive. */
const DATE = (1 << 5) | 1;
const UNIX = 3 << 8;
const FILE_MODE = (0o100644 << 16) >>> 0;

/**
 * A zip archive of one file (APPNOTE 4.3: local header, data, central directory, end record), the same
 * bytes for the same name and content.
 */
export function zipOneFile(name: string, content: Buffer): Buffer {
  const path = Buffer.from(name);
  const data = deflateRawSync(content, { level: 9 });
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed
  common.writeUInt16LE(8, 4); // deflate
  common.writeUInt16LE(DATE, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, path, data]);
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(UNIX | 20);
  const attributes = Buffer.alloc(14); // comment, disk and local header offset are 0
  attributes.writeUInt32LE(FILE_MODE, 6);
  const central = Buffer.concat([Buffer.from("PK\x01\x02"), madeBy, common, attributes, path]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
