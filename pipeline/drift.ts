import type { Config } from "./config.ts";
import { ksTest } from "./ks.ts";
import { confidence, predictedClass } from "./metrics.ts";
import { binCounts, decileEdges, psiTest } from "./psi.ts";

/** One feature's live distribution against the evaluation's. */
export interface FeatureDrift {
  readonly name: "confidence" | "predicted class";
  readonly statistic: "psi" | "ks";
  /** PSI, or Kolmogorov's and Smirnov's D. */
  readonly value: number;
  /** The chance of such a value where nothing has changed. */
  readonly pValue: number;
  /** PSI: the value above which it counts; KS: the p-value below which it does. */
  readonly limit: number;
  readonly drifted: boolean;
}

type Answer = { readonly probabilities: readonly number[] };

/**
 * Compares live answers with those of the evaluation: the distribution of the confidence (KS, and
 * PSI over the baseline's deciles) and the mix of predicted classes (PSI). An index counts as drift
 * only where it is large and chance does not explain it: of 20 records it is large by chance alone.
 */
export function compareAnswers(
  baseline: readonly Answer[],
  live: readonly Answer[],
  classes: number,
  limits: Pick<Config["monitoring"], "psi" | "significance">,
): FeatureDrift[] {
  const before = baseline.map(confidence);
  const now = live.map(confidence);
  const { d, pValue } = ksTest(before, now);
  const edges = decileEdges(before);
  const indexOf = (name: FeatureDrift["name"], expected: number[], actual: number[]) => {
    const test = psiTest(expected, actual);
    return {
      name,
      statistic: "psi",
      value: test.psi,
      pValue: test.pValue,
      limit: limits.psi,
      drifted: test.psi > limits.psi && test.pValue < limits.significance,
    } as const;
  };
  return [
    {
      name: "confidence",
      statistic: "ks",
      value: d,
      pValue,
      limit: limits.significance,
      drifted: pValue < limits.significance,
    },
    indexOf("confidence", binCounts(before, edges), binCounts(now, edges)),
    indexOf("predicted class", classCounts(baseline, classes), classCounts(live, classes)),
  ];
}

function classCounts(answers: readonly Answer[], classes: number): number[] {
  const counts = Array<number>(classes).fill(0);
  for (const { probabilities } of answers) {
    const index = predictedClass(probabilities);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}
