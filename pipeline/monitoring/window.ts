import type { Config } from "../config.ts";
import { confidence, predictedClass } from "../evaluation/metrics.ts";
import type { Baseline } from "./baseline.ts";
import { baselineShares } from "./baseline-shares.ts";
import { distanceFrom } from "./distance.ts";
import type { Distribution } from "./distribution.ts";
import { type Drift, findDrift } from "./drift.ts";
import { FeatureSummaries } from "./feature-summaries.ts";
import { CategoryTest, type FeatureTest, NumericTest, ShareTest } from "./feature-test.ts";
import {
  type NumericFeature,
  PREDICTED_CLASS,
  pictureFeatures,
  pictureValues,
  uncompared,
} from "./features.ts";
import { minuteOf } from "./counts-by-minute.ts";
import type { PictureStatistics } from "./picture-statistics.ts";
import { sideOf } from "./side.ts";
import { featureOf, sampleOf, type Statistics } from "./statistics.ts";

/** Shares that are watched; undefined where nothing of the kind was compared. */
export interface Shares {
  /** Answers below the application's threshold. */
  readonly lowConfidence: number | undefined;
  /** Pictures that look stranger than nineteen in twenty test pictures. */
  readonly unlike: number | undefined;
  /** Pictures of anything else, where the model tells them apart. */
  readonly strangers: number | undefined;
}

interface WindowOptions {
  /** The confidence below which the application refuses a picture. */
  readonly threshold: number;
  /** The class of pictures of anything else; undefined where the model knows vehicles only. */
  readonly background?: string | undefined;
}

/**
 * What an endpoint was asked and answered in a period, beside its model's baseline. Its memory grows with the
 * minutes in which answers came, not with the answers.
 */
export class Window {
  readonly #baseline: Baseline;
  /** The confidence below which the application refuses a picture. */
  readonly threshold: number;
  readonly #summaries: FeatureSummaries;
  readonly #mix: CategoryTest;
  readonly #numeric = new Map<NumericFeature, NumericTest>();
  readonly #low: ShareTest | undefined;
  readonly #unlike: ShareTest | undefined;
  readonly #strangers: ShareTest | undefined;
  /** The label of pictures of anything else; -1 for none. */
  readonly #background: number;
  /** The distance beyond which a picture is unlike the test pictures. */
  readonly #strange: number;
  /** Minutes, and the first record of each, in milliseconds since 1970. */
  readonly #starts = new Map<number, number>();

  constructor(baseline: Baseline, { threshold, background }: WindowOptions) {
    this.#baseline = baseline;
    this.threshold = threshold;
    const mix = featureOf(baseline.statistics, PREDICTED_CLASS)?.string_statistics;
    const buckets = mix?.distribution.categorical.buckets ?? [];
    this.#summaries = new FeatureSummaries(buckets.map(({ value }) => value));
    this.#mix = new CategoryTest(
      PREDICTED_CLASS,
      buckets.map(({ count }) => count),
    );
    this.#background = buckets.findIndex(({ value }) => value === background);
    for (const name of ["confidence", ...pictureFeatures] as const) {
      const sample = uncompared.has(name) ? undefined : sampleOf(baseline.statistics, name);
      if (sample !== undefined) this.#numeric.set(name, new NumericTest(name, sample));
    }
    const shares = baselineShares(baseline.statistics, { threshold, background });
    this.#low = shares.lowConfidence && new ShareTest("low_confidence", shares.lowConfidence);
    this.#unlike = shares.unlike && new ShareTest("unlike", shares.unlike);
    this.#strange = shares.unlike?.beyond ?? Infinity;
    this.#strangers = shares.strangers && new ShareTest("strangers", shares.strangers);
  }

  /** The side of the square, in pixels, that pictures are brought to before they are looked at. */
  get side(): number {
    return sideOf(
      sampleOf(this.#baseline.statistics, "width") ?? NOTHING,
      sampleOf(this.#baseline.statistics, "height") ?? NOTHING,
    );
  }

  /** Answers that came. */
  get records(): number {
    return this.#summaries.answers;
  }

  /** An answer, and when it was given, in milliseconds since 1970. */
  answer(probabilities: readonly number[], time: number): void {
    const minute = minuteOf(time);
    const start = this.#starts.get(minute);
    if (start === undefined || time < start) this.#starts.set(minute, time);
    this.#summaries.answer(probabilities);
    const predicted = predictedClass(probabilities);
    this.#mix.add(predicted, minute);
    this.#strangers?.add(predicted === this.#background, minute);
    const sure = confidence({ probabilities });
    this.#numeric.get("confidence")?.add(sure, minute);
    this.#low?.add(sure < this.threshold, minute);
  }

  /** A picture that was looked at, undefined where it can't be decoded, and when it came. */
  picture(picture: PictureStatistics | undefined, time: number): void {
    const minute = minuteOf(time);
    const distance = picture && this.distanceOf(picture);
    const values = pictureValues(picture, distance);
    this.#summaries.picture(values);
    for (const name of pictureFeatures) {
      const value = values[name];
      if (value !== undefined) this.#numeric.get(name)?.add(value, minute);
    }
    if (distance !== undefined) this.#unlike?.add(distance > this.#strange, minute);
  }

  /** How unlike the test pictures a picture looks; undefined where the baseline does not say how they do. */
  distanceOf(picture: PictureStatistics): number | undefined {
    const { look } = this.#baseline;
    return look && distanceFrom(look, picture);
  }

  /** Model Monitor's `statistics.json` of the window. */
  statistics(): Statistics {
    return this.#summaries.statistics();
  }

  /** Features of which too few values came are not compared. */
  drift(limits: Config["monitoring"]): Drift {
    const compared = this.#tests().filter(({ size }) => size >= leastOf(limits));
    const starts = new Map([...this.#starts].toSorted(([a], [b]) => a - b));
    return findDrift(compared, starts, limits);
  }

  /** What the baseline has and the window too little of, `minRecords` values or five hundred. */
  lacking(limits: Config["monitoring"]): string[] {
    return this.#tests()
      .filter(({ size }) => size < leastOf(limits))
      .map(({ name }) => name);
  }

  #tests(): FeatureTest[] {
    const tests = [...this.#numeric.values(), this.#mix, this.#low, this.#unlike, this.#strangers];
    return tests.filter((test) => test !== undefined);
  }

  get shares(): Shares {
    return {
      lowConfidence: this.#low?.share,
      unlike: this.#unlike?.share,
      strangers: this.#strangers?.share,
    };
  }
}

/** Of the pictures of any number of records a thousand are looked at, and not all may be decodable. */
const MOST_NEEDED = 500;

function leastOf({ minRecords }: Config["monitoring"]): number {
  return Math.min(minRecords, MOST_NEEDED);
}

const NOTHING: Distribution = { values: [], cumulative: [] };
