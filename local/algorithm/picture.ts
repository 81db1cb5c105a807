import sharp from "sharp";
import { messageOf } from "../../pipeline/errors.ts";

/** Side of the square that every picture is squeezed to, in pixels. */
export const SIDE = 32;
/** Bytes of a decoded picture: SIDE x SIDE x RGB, row by row. */
export const PICTURE_BYTES = SIDE * SIDE * 3;

/** Largest picture that is decoded, in pixels (width x height in its header). */
const MAX_PIXELS = 25_000_000;

/** The bytes are no picture that can be decoded, or too large a one. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}

/**
 * A PNG or JPEG as SIDE x SIDE RGB bytes, its aspect not kept, transparency on black.
 * @throws PictureError for anything else, and for a picture of over 25 million pixels, undecoded.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error" });
    const { format } = await image.metadata();
    if (format !== "png" && format !== "jpeg") {
      throw new PictureError(`a picture of type ${format}, neither PNG nor JPEG`);
    }
    return await image
      .flatten({ background: "#000" })
      .toColourspace("srgb")
      .resize(SIDE, SIDE, { fit: "fill" })
      .raw()
      .toBuffer();
  } catch (error) {
    if (error instanceof PictureError) throw error;
    const reason = messageOf(error);
    throw new PictureError(`not a picture that can be decoded: ${reason}`, { cause: error });
  }
}
