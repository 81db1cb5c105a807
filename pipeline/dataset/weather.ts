import sharp from "sharp";
import { encodePng } from "./png.ts";

/** What may come between the camera and the driver. */
export const weathers = ["night", "fog", "blur"] as const;
export type Weather = (typeof weathers)[number];

/** The share of the picture's own light that is left, and the light that comes instead, 0 to 255. */
const light: Readonly<Record<Exclude<Weather, "blur">, readonly [number, readonly number[]]>> = {
  night: [0.22, [0, 2, 14]],
  fog: [0.3, [150, 152, 155]],
};
/** Standard deviation of the blur, in sides of the picture. */
const BLUR = 0.06;

/** The picture as it would have been taken in some weather: a PNG of the same size. */
export async function inWeather(picture: Buffer, weather: Weather): Promise<Buffer> {
  const seen = sharp(picture).toColourspace("srgb").removeAlpha();
  if (weather === "blur") {
    const { width, height } = await seen.metadata();
    seen.blur(Math.max(0.5, BLUR * Math.min(width, height)));
  } else {
    const [left, instead] = light[weather];
    seen.linear([left, left, left], [...instead]);
  }
  const { data, info } = await seen.raw().toBuffer({ resolveWithObject: true });
  return encodePng(data, info.width, info.height);
}
