import sharp from "sharp";
import { SIDE } from "../../../local/algorithm/picture.ts";
import type { Sample } from "../../../local/algorithm/training.ts";
import { random } from "../../../pipeline/dataset/random.ts";

/** Noise with bars of the class's direction and colour: easy to tell apart, no two alike. */
export function drawSamples(count: number, classes: number, seed = 1): Sample[] {
  const next = random(seed);
  return Array.from({ length: count }, (_, i) => {
    const label = i % classes;
    const phase = Math.floor(next() * 8);
    const picture = new Uint8Array(SIDE * SIDE * 3).map((_zero, at) => {
      const pixel = Math.floor(at / 3);
      const place = label % 2 === 0 ? pixel % SIDE : Math.floor(pixel / SIDE);
      const bar = (place + phase) % 8 < 4 && at % 3 === label % 3 ? 120 : 0;
      return bar + 100 * next();
    });
    return { picture, label };
  });
}

/** A sample's picture as a PNG. */
export async function asPng({ picture }: Sample): Promise<Buffer> {
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  return await sharp(picture, { raw }).png().toBuffer();
}
