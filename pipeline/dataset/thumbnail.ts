import sharp from "sharp";

/** Pixels of the longer side. */
const SIDE = 112;
const MAX_PIXELS = 25_000_000;

/**
 * A picture as a small PNG for a report, encoded anew, so that nothing but pixels of what a stranger
 * sent gets there; undefined where the bytes can't be decoded.
 */
export async function thumbnail(bytes: Uint8Array): Promise<Buffer | undefined> {
  try {
    return await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error" })
      .flatten()
      .toColourspace("srgb")
      .resize(SIDE, SIDE, { fit: "inside", withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch {
    return undefined;
  }
}
