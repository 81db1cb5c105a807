import type { Prediction } from "../../../pipeline/evaluation/evaluation.ts";
import type { Manifest } from "../../../pipeline/dataset/manifest.ts";

/** A dataset of two classes with the first `half` of the test pictures bicycles. */
export function createManifest(total: number, half = total / 2): Manifest {
  return {
    hash: "0123456789abcdef",
    source: "made-up",
    classes: ["bicycle", "motorcycle"],
    seed: 1,
    counts: { train: 8, validation: 2, test: total },
    test: Array.from({ length: total }, (_, index) => ({
      key: `test/picture_${index}.png`,
      label: index < half ? 0 : 1,
    })),
  };
}

/** Predictions of a manifest's test pictures, the first `wrong` of them wrong, all 0.9 sure. */
export function createPredictions({ test }: Manifest, wrong = 0): Prediction[] {
  return test.map(({ key, label }, index) => {
    const predicted = index < wrong ? 1 - label : label;
    return { key, label, probabilities: predicted === 0 ? [0.9, 0.1] : [0.1, 0.9] };
  });
}

/** Thirty predictions of three classes with no rhyme; python: see metrics.test.ts. */
export function arbitraryPredictions(): Prediction[] {
  return Array.from({ length: 30 }, (_, index) => {
    const weights = [1 + ((index * 7) % 11), 1 + ((index * 5) % 13), 1 + ((index * 3) % 7)];
    const total = weights.reduce((a, b) => a + b);
    return {
      key: `test/${index}.png`,
      label: index % 3,
      probabilities: weights.map((weight) => weight / total),
    };
  });
}
