import { Refused } from "./event.ts";
import { isHeic, pictureHeader, type PictureHeader } from "./picture-header.ts";

/**
 * A base64 picture travels inside a state's input, at most 262,144 bytes: 180 KiB are 245,760
 * characters, which leaves room for the rest of the event and the integration's own fields.
 */
export const MAX_PICTURE_BYTES = 180 * 1024;
/** What a decoder would have to unpack at most: phones take pictures of up to 50 megapixels. */
export const MAX_PIXELS = 50_000_000;

/**
 * Reads type and size from a picture's header; nothing is decoded.
 * @throws Refused where it is neither PNG, JPEG nor WebP, or declares too many pixels.
 */
export function readHeader(bytes: Buffer): PictureHeader {
  const header = pictureHeader(bytes);
  if (header === undefined) {
    throw new Refused(
      isHeic(bytes)
        ? "the picture is HEIC, which is not read: export it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible)"
        : "the picture is neither PNG nor JPEG nor WebP",
      "PICTURE_REFUSED",
    );
  }
  const { width, height } = header;
  if (width === 0 || height === 0) {
    throw new Refused(`the picture declares ${width}x${height} pixels`, "PICTURE_REFUSED");
  }
  if (width * height > MAX_PIXELS) {
    throw new Refused(
      `the picture declares ${width}x${height} pixels: at most ${MAX_PIXELS} are taken`,
      "PICTURE_TOO_LARGE",
    );
  }
  return header;
}

/**
 * Reads the header of a picture as the endpoint takes it.
 * @throws Refused where it is neither PNG nor JPEG, too many bytes, or declares too many pixels.
 */
export function inspectPicture(bytes: Buffer): PictureHeader {
  if (bytes.length > MAX_PICTURE_BYTES) {
    throw new Refused(
      `the picture has ${bytes.length} bytes: at most ${MAX_PICTURE_BYTES} fit the state machine`,
      "PICTURE_TOO_LARGE",
    );
  }
  const header = readHeader(bytes);
  if (header.contentType === "image/webp") {
    throw new Refused("the picture is neither PNG nor JPEG", "PICTURE_REFUSED");
  }
  return header;
}

/** Node takes any text for base64 and skips what is none of it, so what it read must read back. */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (text === "" || bytes.toString("base64") !== text) {
    throw new Refused("image_data is not base64", "PICTURE_REFUSED");
  }
  return bytes;
}
