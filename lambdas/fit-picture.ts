import sharp from "sharp";
import { SERVED_SIDE } from "../pipeline/application/served-side.ts";
import { Refused } from "./event.ts";
import { MAX_PICTURE_BYTES, MAX_PIXELS, readHeader } from "./picture.ts";

/** The sides that are tried, until a picture has no more than MAX_PICTURE_BYTES. */
const SIDES = [SERVED_SIDE, 512, 256];

// Each picture is another one: nothing that libvips could keep would be asked for again.
sharp.cache(false);

/**
 * A picture as the state machine carries and the endpoint takes it. A PNG or JPEG that is small and
 * upright is returned as it is, byte for byte; any other, such as a phone's photo, becomes an upright
 * sRGB JPEG without the metadata that says where and when it was taken, transparency on white.
 * @throws Refused where it can't be decoded, before that where its header says that it is no picture
 *   or too large a one.
 */
export async function fitPicture(bytes: Buffer): Promise<Buffer> {
  const { contentType, width, height } = readHeader(bytes);
  const open = () => sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error" });
  try {
    const { orientation = 1 } = await open().metadata();
    const isSmall = bytes.length <= MAX_PICTURE_BYTES && Math.max(width, height) <= SERVED_SIDE;
    if (isSmall && orientation === 1 && contentType !== "image/webp") {
      await open().stats();
      return bytes;
    }
    for (const side of SIDES) {
      const fitted = await open()
        .autoOrient()
        .resize(side, side, { fit: "inside", withoutEnlargement: true })
        .flatten({ background: "white" })
        .toColourspace("srgb")
        .jpeg({ quality: 85 })
        .toBuffer();
      if (fitted.length <= MAX_PICTURE_BYTES) return fitted;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refused(`the picture cannot be decoded: ${reason}`, "PICTURE_REFUSED", { cause });
  }
  throw new Refused(`the picture does not fit ${MAX_PICTURE_BYTES} bytes`, "PICTURE_TOO_LARGE");
}
