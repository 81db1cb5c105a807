import type { Interval } from "./wilson.ts";

/** One test picture as the model sees it. */
export interface Prediction {
  /** Key relative to the dataset's prefix. */
  readonly key: string;
  readonly label: number;
  /** One probability a class, in the order of the classes. */
  readonly probabilities: readonly number[];
}

export interface ClassReport {
  readonly name: string;
  readonly support: number;
  readonly precision: number;
  readonly recall: number;
}

/** A model measured on every test picture of a dataset; `evaluation.json` in the bucket. */
export interface Evaluation {
  readonly datasetHash: string;
  readonly datasetSource: string;
  readonly trainingJobName: string;
  readonly classes: readonly string[];
  readonly correct: number;
  readonly total: number;
  readonly accuracy: number;
  /** Wilson, 95%. */
  readonly interval: Interval;
  /** Rows: the true class; columns: the predicted one. */
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly perClass: readonly ClassReport[];
  /** Area under the ROC curve; for more than two classes the mean of one against the rest. */
  readonly auc: number;
  /** Mean negative log likelihood of the true class, in nats. */
  readonly logLoss: number;
  /** Expected calibration error over ten equal-width bins of confidence, 0 to 1. */
  readonly calibrationError: number;
  readonly predictions: readonly Prediction[];
}
