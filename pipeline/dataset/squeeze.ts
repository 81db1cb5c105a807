import sharp from "sharp";
import { SERVED_SIDE } from "../application/served-side.ts";
import { encodePng } from "./png.ts";

/** What the pre-trained image-classification network takes; larger pictures are squeezed to it. */
const TRAINED_SIDE = 224;
/** 64 megapixels: more than a telephone takes, less than a decompression bomb. */
export const limitInputPixels = 2 ** 26;

/**
 * A PNG of a picture, decoded and encoded anew, so that nothing but pixels passes; upright, RGB, no
 * side longer than TRAINED_SIDE.
 * @throws Error where the bytes are no picture.
 */
export async function squeeze(content: Uint8Array): Promise<Buffer> {
  return (await squeezed(content)).png;
}

/** The same with the pixels that `squeezedPixels` gives, decoded once. */
export async function squeezed(content: Uint8Array): Promise<{ png: Buffer; pixels: Buffer }> {
  const { data, info } = await decode(content, TRAINED_SIDE, "fill");
  return { png: encodePng(data, info.width, info.height), pixels: data };
}

/**
 * The same of a picture as large as the application would send it, its shape kept.
 * @throws Error where the bytes are no picture.
 */
export async function fitServed(content: Uint8Array): Promise<Buffer> {
  const { data, info } = await decode(content, SERVED_SIDE, "inside");
  return encodePng(data, info.width, info.height);
}

/**
 * The pixels of a squeezed picture, 8-bit RGB, row by row: the same in every lossless encoding, by
 * whatever zlib.
 * @throws Error where the bytes are no picture.
 */
export async function squeezedPixels(content: Uint8Array): Promise<Buffer> {
  return (await decode(content, TRAINED_SIDE, "fill")).data;
}

async function decode(content: Uint8Array, maxSide: number, fit: "fill" | "inside") {
  const picture = sharp(content, { limitInputPixels, failOn: "error" }).autoOrient();
  const { width, height } = (await picture.metadata()).autoOrient;
  return await picture
    .resize(Math.min(width, maxSide), Math.min(height, maxSide), { fit })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
}
