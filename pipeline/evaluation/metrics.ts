import type { ClassReport, Prediction } from "./evaluation.ts";

/** The index of the largest probability; of equal ones the first. */
export function predictedClass(probabilities: readonly number[]): number {
  let best = 0;
  for (const [index, probability] of probabilities.entries()) {
    if (probability > (probabilities[best] ?? 0)) best = index;
  }
  return best;
}

/** The largest probability, 0 to 1. */
export function confidence({ probabilities }: Pick<Prediction, "probabilities">): number {
  return probabilities[predictedClass(probabilities)] ?? 0;
}

/** Whether the most probable class is the true one. */
export function isCorrect({ label, probabilities }: Prediction): boolean {
  return predictedClass(probabilities) === label;
}

/** Counts, `classes` x `classes`; rows: the true class, columns: the predicted one. */
export function confusionMatrix(predictions: readonly Prediction[], classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (const { label, probabilities } of predictions) {
    const row = matrix[label];
    const column = predictedClass(probabilities);
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  return matrix;
}

/**
 * Precision and recall of each class. A class that was never predicted has precision 0, one
 * without pictures recall 0, as scikit-learn's `zero_division=0` has it.
 */
export function perClass(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
): ClassReport[] {
  return names.map((name, index) => {
    const support = sum(matrix[index] ?? []);
    const predicted = sum(matrix.map((row) => row[index] ?? 0));
    const right = matrix[index]?.[index] ?? 0;
    return {
      name,
      support,
      precision: predicted === 0 ? 0 : right / predicted,
      recall: support === 0 ? 0 : right / support,
    };
  });
}

/**
 * Mean negative log likelihood of the true class, in nats; probabilities below 1e-15 count as
 * 1e-15, so that one wrong certainty leaves it finite. Good, I. J. (1952), JRSS B 14(1), 107-114.
 */
export function logLoss(predictions: readonly Prediction[]): number {
  const losses = predictions.map(({ label, probabilities }) => {
    return -Math.log(Math.max(probabilities[label] ?? 0, 1e-15));
  });
  return sum(losses) / predictions.length;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
