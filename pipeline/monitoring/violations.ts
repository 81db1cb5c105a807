import { completenessOf, type Constraints } from "./constraints.ts";
import type { FeatureDrift } from "./drift.ts";
import { featureOf, type Statistics } from "./statistics.ts";

/**
 * SageMaker Model Monitor's `constraint_violations.json`:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
 */
export interface Violations {
  readonly violations: readonly {
    readonly feature_name: string;
    readonly constraint_check_type:
      | "data_type_check"
      | "completeness_check"
      | "baseline_drift_check"
      | "missing_column_check"
      | "extra_column_check"
      | "categorical_values_check";
    readonly description: string;
  }[];
}

/** What a window's statistics and its drift violate; nothing where the window is undefined, too small. */
export function violationsOf(
  { features }: Constraints,
  window: Statistics | undefined,
  drift: readonly FeatureDrift[],
): Violations {
  const incomplete = features.flatMap(({ name, completeness }) => {
    const feature = window && featureOf(window, name);
    const found = feature && completenessOf(feature);
    if (found === undefined || found >= completeness) return [];
    return [
      {
        feature_name: name,
        constraint_check_type: "completeness_check" as const,
        description: `Completeness ${found.toFixed(4)} is below the baseline's ${completeness.toFixed(4)}.`,
      },
    ];
  });
  const drifted = drift
    .filter((feature) => feature.drifted)
    .map(({ name, statistic, value, adjusted, since }) => ({
      feature_name: name,
      constraint_check_type: "baseline_drift_check" as const,
      description:
        `Distance from the baseline by ${statistic}: ${value.toFixed(4)}, p ${adjusted.toExponential(2)} ` +
        `after Holm's correction${since === undefined ? "" : `, since ${since}`}.`,
    }));
  return { violations: [...incomplete, ...drifted] };
}
