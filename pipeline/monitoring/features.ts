import type { PictureStatistics } from "./picture-statistics.ts";

/** The numeric features, by their names in Model Monitor's files. */
export const numericFeatures = {
  /** Of the likeliest class, 0 to 1. */
  confidence: "Fractional",
  brightness: "Fractional",
  contrast: "Fractional",
  sharpness: "Fractional",
  width: "Integral",
  height: "Integral",
  /** How unlike the test pictures a picture looks; see distance.ts. */
  distance: "Fractional",
} as const;

export type NumericFeature = keyof typeof numericFeatures;

/** The features that come of a picture's pixels, and not of the model's answer. */
export const pictureFeatures = Object.keys(numericFeatures).filter(
  (name): name is PictureFeature => name !== "confidence",
);

/**
 * Those that raise no verdict: a phone's photos are larger than the test pictures, and the model sees all
 * of them in one size.
 */
export const uncompared: ReadonlySet<NumericFeature> = new Set(["width", "height"]);

export type PictureFeature = Exclude<NumericFeature, "confidence">;

/** The one categorical feature: the name of the likeliest class. */
export const PREDICTED_CLASS = "predicted_class";

/** What a picture says for each of its features; undefined, all of them, where it can't be decoded. */
export type PictureValues = Readonly<Record<PictureFeature, number | undefined>>;

/** A picture's features; the distance is undefined where the baseline has no look to compare with. */
export function pictureValues(
  picture: PictureStatistics | undefined,
  distance: number | undefined,
): PictureValues {
  return {
    brightness: picture?.brightness,
    contrast: picture?.contrast,
    sharpness: picture?.sharpness,
    width: picture?.width,
    height: picture?.height,
    distance: picture === undefined ? undefined : distance,
  };
}
