import { PICTURE_BYTES, SIDE } from "./picture.ts";

/** SageMaker's augmentation_type; undefined leaves the pictures as they are. */
export type AugmentationType = "crop" | "crop_color" | "crop_color_transform" | undefined;

/** How far a crop may lie off the picture's place, in pixels; what lies outside is reflected. */
const SHIFT = 4;
/** Contrast, brightness and saturation change by at most this share. */
const COLOR = 0.2;

/** A randomly changed copy of a picture; `next` gives numbers in [0, 1). */
export function augment(
  picture: Uint8Array,
  type: AugmentationType,
  next: () => number,
): Uint8Array {
  if (type === undefined) return picture;
  const cropped = crop(picture, next);
  return type === "crop" ? cropped : recolor(cropped, next);
}

/** A crop shifted by up to SHIFT pixels each way, mirrored half the time. */
function crop(picture: Uint8Array, next: () => number): Uint8Array {
  const top = Math.floor(next() * (2 * SHIFT + 1)) - SHIFT;
  const left = Math.floor(next() * (2 * SHIFT + 1)) - SHIFT;
  const mirrored = next() < 0.5;
  const cropped = new Uint8Array(PICTURE_BYTES);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const across = reflect((mirrored ? SIDE - 1 - column : column) + left);
      const from = 3 * (reflect(row + top) * SIDE + across);
      cropped.set(picture.subarray(from, from + 3), 3 * (row * SIDE + column));
    }
  }
  return cropped;
}

function reflect(place: number): number {
  const last = SIDE - 1;
  return last - Math.abs(last - Math.abs(place));
}

/** Other contrast and brightness around the picture's mean, other saturation around each pixel's grey. */
function recolor(picture: Uint8Array, next: () => number): Uint8Array {
  const change = () => COLOR * (2 * next() - 1);
  const contrast = 1 + change();
  const brightness = 60 * change();
  const saturation = 1 + change();
  const mean = picture.reduce((sum, value) => sum + value, 0) / PICTURE_BYTES;
  const recolored = new Uint8ClampedArray(PICTURE_BYTES);
  for (let i = 0; i < PICTURE_BYTES; i += 3) {
    const red = ((picture[i] ?? 0) - mean) * contrast;
    const green = ((picture[i + 1] ?? 0) - mean) * contrast;
    const blue = ((picture[i + 2] ?? 0) - mean) * contrast;
    const grey = (red + green + blue) / 3;
    const base = mean + brightness + grey;
    recolored[i] = base + (red - grey) * saturation;
    recolored[i + 1] = base + (green - grey) * saturation;
    recolored[i + 2] = base + (blue - grey) * saturation;
  }
  return new Uint8Array(recolored.buffer);
}
