import { confidence, predictedClass } from "../evaluation/metrics.ts";
import {
  type NumericFeature,
  numericFeatures,
  PREDICTED_CLASS,
  pictureFeatures,
  type PictureValues,
} from "./features.ts";
import type { Statistics } from "./statistics.ts";
import { CategorySummary, NumericSummary } from "./summary.ts";

const names = Object.keys(numericFeatures) as NumericFeature[];

/** All features of answers and pictures, in constant memory, for `statistics.json`. */
export class FeatureSummaries {
  readonly #classes: readonly string[];
  readonly #predicted: CategorySummary;
  readonly #numeric = new Map(names.map((name) => [name, new NumericSummary()]));
  #answers = 0;

  constructor(classes: readonly string[]) {
    this.#classes = classes;
    this.#predicted = new CategorySummary(classes);
  }

  get answers(): number {
    return this.#answers;
  }

  answer(probabilities: readonly number[]): void {
    this.#answers += 1;
    this.#predicted.add(this.#classes[predictedClass(probabilities)] ?? "");
    this.#numeric.get("confidence")?.add(confidence({ probabilities }));
  }

  picture(values: PictureValues): void {
    for (const name of pictureFeatures) this.#numeric.get(name)?.add(values[name]);
  }

  statistics(): Statistics {
    return {
      version: 0,
      dataset: { item_count: this.#answers },
      features: [
        this.#predicted.feature(PREDICTED_CLASS),
        ...[...this.#numeric].map(([name, summary]) =>
          summary.feature(name, numericFeatures[name]),
        ),
      ],
    };
  }
}
