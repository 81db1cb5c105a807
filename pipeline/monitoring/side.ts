import { type Distribution, distributionOf, quantile } from "./distribution.ts";
import type { Size } from "./picture-statistics.ts";

/** Finer detail comes and goes with a picture's resolution, and how it was scaled. */
const SHARE = 1 / 4;
const LEAST = 8;
/** More tells no more, and costs more to look at. */
const MOST = 64;

/**
 * The side, in pixels, of the square that pictures are brought to before they are compared: a quarter of
 * the longer side of most test pictures, from 8 to 64.
 */
export function sideOf(widths: Distribution, heights: Distribution): number {
  const usual = Math.max(quantile(widths, 0.5), quantile(heights, 0.5));
  return Math.min(Math.max(Math.round(SHARE * usual), LEAST), MOST);
}

/** The same of pictures, undefined where one can't be decoded. */
export function usualSide(sizes: readonly (Size | undefined)[]): number {
  const known = sizes.filter((size) => size !== undefined);
  return sideOf(
    distributionOf({ data: [known.map(({ width }) => width)] }),
    distributionOf({ data: [known.map(({ height }) => height)] }),
  );
}
