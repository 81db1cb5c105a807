import sharp from "sharp";
import { encodePng } from "../../../pipeline/dataset/png.ts";

/** A photo as a phone takes it, 12 megapixels held sideways: the top is red, which counts as a bicycle. */
export async function phonePhoto(): Promise<Buffer> {
  const [width, height] = [4032, 3024];
  const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
  const scene = await sharp({
    create: { width: width / 4, height: height / 4, channels: 3, background: "#222", noise },
  })
    .png()
    .toBuffer();
  // Upright, the sensor's left edge is the top.
  const sky = { create: { width: 1000, height, channels: 3, background: "#fa0000" } } as const;
  return sharp(scene)
    .resize(width, height)
    .composite([{ input: sky, left: 0, top: 0 }])
    .withExif({ IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 0/1" } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A picture of one colour in which nothing but its red counts, 0 to 1 as the probability of a bicycle. */
export function plain(width: number, height: number, bicycle: number) {
  const background = { r: Math.round(bicycle * 255), g: 0, b: 0 };
  return sharp({ create: { width, height, channels: 3, background } });
}

/** A PNG of a few bytes that declares 900 megapixels. */
export function bomb(): Buffer {
  const png = encodePng(new Uint8Array(3), 1, 1);
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  return png;
}
