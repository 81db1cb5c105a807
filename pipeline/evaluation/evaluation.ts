import { calibrationError } from "./calibration.ts";
import { StepError } from "../errors.ts";
import { isStranger, type Manifest } from "../dataset/manifest.ts";
import { confusionMatrix, isCorrect, logLoss, perClass, sum } from "./metrics.ts";
import { auc } from "./roc.ts";
import { measureStrangers, type Strangers } from "./strangers.ts";
import { type Interval, wilson } from "./wilson.ts";

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

/**
 * A model measured on every test picture of a dataset; `evaluation.json` in the bucket. Where the dataset
 * has pictures of anything else, they stand in the confusion matrix, its classes and `strangers` alone:
 * all else is of the vehicles, and a vehicle that is taken for a stranger is wrong.
 */
export interface Evaluation {
  readonly datasetHash: string;
  readonly datasetSource: string;
  readonly trainingJobName: string;
  readonly classes: readonly string[];
  /** The last of the classes, where it is of pictures of anything else. */
  readonly background?: string;
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
  /** How the model does on pictures of anything else; absent where the dataset has none. */
  readonly strangers?: Strangers;
}

interface Subject {
  readonly trainingJobName: string;
  readonly manifest: Pick<Manifest, "hash" | "source" | "classes" | "background" | "test">;
}

/**
 * Measures a model by its predictions of a dataset's test pictures, one for each, in any order.
 * @throws StepError where a test picture has no prediction or two, where a prediction is of no test
 * picture, or where its probabilities are not one a class from 0 to 1 that add up to 1.
 */
export function evaluate(
  all: readonly Prediction[],
  { trainingJobName, manifest }: Subject,
): Evaluation {
  const { classes, background } = manifest;
  requireOneEach(all, manifest, trainingJobName);
  for (const { key, probabilities } of all) {
    const fault = faultOf(probabilities, classes.length);
    if (fault !== undefined) {
      throw new StepError(
        `The prediction of ${key} by ${trainingJobName} is ${fault}: ` +
          `[${probabilities.join(", ")}]. Nothing can be measured by it; look at the transform job.`,
      );
    }
  }
  const predictions = all.filter(({ label }) => !isStranger(manifest, label));
  const correct = predictions.filter(isCorrect).length;
  const total = predictions.length;
  const matrix = confusionMatrix(all, classes.length);
  return {
    datasetHash: manifest.hash,
    datasetSource: manifest.source,
    trainingJobName,
    classes,
    ...(background !== undefined && { background }),
    correct,
    total,
    accuracy: correct / total,
    interval: wilson(correct, total),
    confusionMatrix: matrix,
    perClass: perClass(matrix, classes),
    auc: auc(predictions, classes.length),
    logLoss: logLoss(predictions),
    calibrationError: calibrationError(predictions),
    predictions,
    ...(background !== undefined && {
      strangers: measureStrangers(
        predictions,
        all.filter(({ label }) => isStranger(manifest, label)),
      ),
    }),
  };
}

/** What is wrong with the probabilities of one picture, or undefined. */
export function faultOf(probabilities: readonly number[], classes: number): string | undefined {
  if (probabilities.length !== classes) return `not ${classes} probabilities`;
  if (!probabilities.every((each) => each >= 0 && each <= 1)) return "not all between 0 and 1";
  if (Math.abs(sum(probabilities) - 1) > 0.01) return "not a sum of 1";
  return undefined;
}

function requireOneEach(
  predictions: readonly Prediction[],
  { test, hash }: Subject["manifest"],
  trainingJobName: string,
): void {
  if (test.length === 0) {
    throw new StepError(`Dataset ${hash} has no test pictures: nothing can be measured.`);
  }
  const labels = new Map(test.map(({ key, label }) => [key, label]));
  const seen = new Set<string>();
  for (const { key, label } of predictions) {
    const fault = seen.has(key)
      ? "came twice"
      : labels.get(key) === label
        ? undefined
        : `is not of a test picture with label ${label}`;
    if (fault !== undefined) {
      throw new StepError(`The prediction of ${key} by ${trainingJobName} ${fault}.`);
    }
    seen.add(key);
  }
  const missing = test.filter(({ key }) => !seen.has(key)).map(({ key }) => key);
  if (missing.length > 0) {
    throw new StepError(
      `${missing.length} of ${test.length} test pictures have no prediction by ` +
        `${trainingJobName}: ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", ..." : ""}. ` +
        "A model is measured on all of them or not at all; look at the transform job's log.",
    );
  }
}
