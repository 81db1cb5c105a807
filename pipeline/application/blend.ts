import sharp, { type Sharp } from "sharp";
import { encodePng } from "../dataset/png.ts";

/**
 * Two pictures laid over each other, `share` of the first and the rest of the second, as a PNG of the
 * first one's size: what a classifier of the two has reason to be unsure about.
 */
export async function blend(first: Buffer, second: Buffer, share: number): Promise<Buffer> {
  const { data, info } = await pixels(sharp(first));
  const { width, height } = info;
  const other = await pixels(sharp(second).resize(width, height, { fit: "fill" }));
  const mixed = Uint8Array.from(data, (value, at) =>
    Math.round(value * share + (other.data[at] ?? 0) * (1 - share)),
  );
  return encodePng(mixed, width, height);
}

function pixels(picture: Sharp) {
  return picture.toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
}
