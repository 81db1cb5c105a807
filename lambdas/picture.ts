import { Refused } from "./event.ts";

/**
 * A base64 picture travels inside a state's input, at most 262,144 bytes: 180 KiB are 245,760
 * characters, which leaves room for the rest of the event and the integration's own fields.
 */
export const MAX_PICTURE_BYTES = 180 * 1024;
/** What a decoder would have to unpack at most: 16 megapixels, 64 MB as RGBA. */
export const MAX_PIXELS = 4096 * 4096;

const PNG_HEAD = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "latin1");

export interface PictureHeader {
  readonly contentType: "image/png" | "image/jpeg";
  readonly width: number;
  readonly height: number;
}

/**
 * Reads type and size from a picture's header; nothing is decoded.
 * @throws Refused where it is neither PNG nor JPEG, too many bytes, or declares too many pixels.
 */
export function inspectPicture(bytes: Buffer): PictureHeader {
  if (bytes.length > MAX_PICTURE_BYTES) {
    throw new Refused(
      `the picture has ${bytes.length} bytes: at most ${MAX_PICTURE_BYTES} fit the state machine`,
    );
  }
  const header = pngHeader(bytes) ?? jpegHeader(bytes);
  if (header === undefined) throw new Refused("the picture is neither PNG nor JPEG");
  const { width, height } = header;
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) {
    throw new Refused(
      `the picture declares ${width}x${height} pixels: at most ${MAX_PIXELS} are taken`,
    );
  }
  return header;
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
