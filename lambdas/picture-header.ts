export interface PictureHeader {
  readonly contentType: "image/png" | "image/jpeg" | "image/webp";
  readonly width: number;
  readonly height: number;
}

const PNG_HEAD = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "latin1");

/** Reads type and size from a PNG's, a JPEG's or a WebP's header; nothing is decoded. */
export function pictureHeader(bytes: Buffer): PictureHeader | undefined {
  return pngHeader(bytes) ?? jpegHeader(bytes) ?? webpHeader(bytes);
}

/** Whether these are the first bytes of a HEIC file, as phones write them (ISO 14496-12, `ftyp`). */
export function isHeic(bytes: Buffer): boolean {
  return /^ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(bytes.toString("latin1", 4, 12));
}

function pngHeader(bytes: Buffer): PictureHeader | undefined {
  const end = PNG_HEAD.length;
  if (bytes.length < end + 8 || !bytes.subarray(0, end).equals(PNG_HEAD)) return undefined;
  return {
    contentType: "image/png",
    width: bytes.readUInt32BE(end),
    height: bytes.readUInt32BE(end + 4),
  };
}

/** Walks the JPEG's segments to its frame header (SOF, ITU T.81 B.2.2). */
function jpegHeader(bytes: Buffer): PictureHeader | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
    } else if (isFrameHeader(marker)) {
      return {
        contentType: "image/jpeg",
        height: bytes.readUInt16BE(at + 5),
        width: bytes.readUInt16BE(at + 7),
      };
    } else {
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
  return undefined;
}

/** SOF0 to SOF15, without the three markers among them that are none: DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** The first chunk of a WebP says its size in one of three ways (RFC 9649, 2.5 to 2.7). */
function webpHeader(bytes: Buffer): PictureHeader | undefined {
  if (bytes.length < 30 || bytes.toString("latin1", 0, 4) !== "RIFF") return undefined;
  const contentType = "image/webp";
  switch (bytes.toString("latin1", 8, 16)) {
    case "WEBPVP8 ": // a key frame: its tag and start code, then 14 bits each
      return {
        contentType,
        width: bytes.readUInt16LE(26) & 0x3fff,
        height: bytes.readUInt16LE(28) & 0x3fff,
      };
    case "WEBPVP8L": {
      const bits = bytes.readUInt32LE(21);
      return { contentType, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "WEBPVP8X":
      return {
        contentType,
        width: bytes.readUIntLE(24, 3) + 1,
        height: bytes.readUIntLE(27, 3) + 1,
      };
    default:
      return undefined;
  }
}
