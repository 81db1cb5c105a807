import type { Context } from "../context.ts";
import { baselinePrefix, type Baseline } from "../monitoring/baseline.ts";
import { type Constraints, constraintsOf } from "../monitoring/constraints.ts";
import { PREDICTED_CLASS } from "../monitoring/features.ts";
import { featureOf, type Statistics } from "../monitoring/statistics.ts";
import { StepError } from "../errors.ts";
import { writeJson } from "../s3.ts";

/** What `preprocessor.py` can tell of a capture. */
const FEATURES: ReadonlySet<string> = new Set([PREDICTED_CLASS, "confidence", "width", "height"]);

/** Where the analyzer finds what it compares with. */
export interface MonitorBaseline {
  readonly statisticsUri: string;
  readonly constraintsUri: string;
  /** Of the model quality. */
  readonly qualityConstraintsUri: string;
}

/** A baseline of the features that the analyzer is given: others would be missing columns to it. */
export function monitorBaseline({ statistics }: Pick<Baseline, "statistics">): {
  statistics: Statistics;
  constraints: Constraints;
} {
  const features = statistics.features.filter(
    ({ name, inferred_type }) => FEATURES.has(name) && inferred_type !== "Unknown",
  );
  const restricted = { ...statistics, features };
  const constraints = constraintsOf(restricted);
  const { distribution_constraints, ...checks } = constraints.monitoring_config;
  return {
    statistics: restricted,
    constraints: {
      ...constraints,
      monitoring_config: {
        ...checks,
        distribution_constraints: {
          ...distribution_constraints,
          // A p-value held against 0.1 would be a false alarm in one hour of ten.
          categorical_drift_method: "LInfinity",
        },
      },
    },
  };
}

/**
 * Model Monitor's `constraints.json` of the quality of a classifier of several classes: no less accurate
 * than the gate demands.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
 */
function qualityConstraints(accuracy: number) {
  return {
    version: 0,
    multiclass_classification_constraints: {
      accuracy: { threshold: String(accuracy), comparison_operator: "LessThanThreshold" },
    },
  };
}

/** Writes both beside the evaluation's baseline, `.../baseline/model-monitor/`; again is the same as once. */
export async function writeMonitorBaseline(
  { clients: { s3 } }: Pick<Context, "clients">,
  evaluationUri: string,
  { baseline, accuracy }: { readonly baseline: Baseline; readonly accuracy: number },
): Promise<MonitorBaseline> {
  const { bucket, prefix } = baselinePrefix(evaluationUri);
  const { statistics, constraints } = monitorBaseline(baseline);
  const write = async (file: string, value: unknown) => {
    const key = `${prefix}model-monitor/${file}`;
    await writeJson(s3, bucket, key, value);
    return `s3://${bucket}/${key}`;
  };
  const quality = `model-quality-${accuracy}/constraints.json`;
  return {
    statisticsUri: await write("statistics.json", statistics),
    constraintsUri: await write("constraints.json", constraints),
    qualityConstraintsUri: await write(quality, qualityConstraints(accuracy)),
  };
}

/** The names of the model's classes, in their order. @throws StepError where the baseline has none. */
export function classesOf({ statistics }: Pick<Baseline, "statistics">): string[] {
  const found = featureOf(statistics, PREDICTED_CLASS)?.string_statistics;
  if (found === undefined) {
    throw new StepError(
      `The baseline of the model that serves has no ${PREDICTED_CLASS}. Run evaluate-model again.`,
    );
  }
  return found.distribution.categorical.buckets.map(({ value }) => value);
}
