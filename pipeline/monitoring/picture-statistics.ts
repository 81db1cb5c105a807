import sharp from "sharp";

/**
 * What can be said of a picture without a model. Light and colour from 0 to 255, of the picture brought to
 * one small square.
 */
export interface PictureStatistics {
  /** Mean luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). */
  readonly brightness: number;
  /** Standard deviation of the luma. Peli, E. (1990), JOSA A 7(10), 2032-2040. */
  readonly contrast: number;
  /**
   * Variance of the luma's Laplacian, low where the picture is blurred.
   * Pech-Pacheco, J. L. et al. (2000), Proc. ICPR 3, 314-317.
   */
  readonly sharpness: number;
  /** In pixels, as the picture came. */
  readonly width: number;
  readonly height: number;
  /** Mean of each channel. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

const MAX_PIXELS = 25_000_000;

/**
 * The statistics of a picture brought to a square of this side, in pixels, since sharpness and contrast
 * depend on the resolution, and stage-data makes squares of large pictures; undefined where the bytes are
 * none that can be decoded.
 */
export async function pictureStatistics(
  bytes: Uint8Array,
  { side }: { readonly side: number },
): Promise<PictureStatistics | undefined> {
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error" });
    const { width, height } = await image.metadata();
    const { data, info } = await image
      .flatten()
      .toColourspace("srgb")
      .resize(side, side, { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width, height, ...pixelStatistics(data, info) };
  } catch {
    return undefined;
  }
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of a picture by its header, or undefined where it has none. */
export async function pictureSize(bytes: Uint8Array): Promise<Size | undefined> {
  try {
    const { width, height } = await sharp(bytes).metadata();
    return { width, height };
  } catch {
    return undefined;
  }
}

/** Of RGB pixels, row by row. */
export function pixelStatistics(
  rgb: Uint8Array,
  { width, height }: Size,
): Omit<PictureStatistics, "width" | "height"> {
  const pixels = width * height;
  const luma = new Float64Array(pixels);
  const sums = [0, 0, 0];
  for (let at = 0; at < pixels; at++) {
    const red = rgb[3 * at] ?? 0;
    const green = rgb[3 * at + 1] ?? 0;
    const blue = rgb[3 * at + 2] ?? 0;
    sums[0] = (sums[0] ?? 0) + red;
    sums[1] = (sums[1] ?? 0) + green;
    sums[2] = (sums[2] ?? 0) + blue;
    luma[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => sum / pixels);
  const light = moments(luma);
  const contrast = Math.sqrt(light.variance);
  const sharpness = moments(laplacian(luma, { width, height })).variance;
  return { brightness: light.mean, contrast, sharpness, red, green, blue };
}

/** The four neighbours less four times the pixel, for each that has four. */
function laplacian(luma: Float64Array, { width, height }: Size): Float64Array {
  const inner = new Float64Array(Math.max(0, (width - 2) * (height - 2)));
  let to = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      const around =
        (luma[at - 1] ?? 0) +
        (luma[at + 1] ?? 0) +
        (luma[at - width] ?? 0) +
        (luma[at + width] ?? 0);
      inner[to++] = around - 4 * (luma[at] ?? 0);
    }
  }
  return inner;
}

/** 0 and 0 of nothing. */
function moments(values: Float64Array): { mean: number; variance: number } {
  if (values.length === 0) return { mean: 0, variance: 0 };
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, variance: squares / values.length };
}
