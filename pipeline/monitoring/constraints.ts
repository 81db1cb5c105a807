import * as z from "zod";
import { commonOf, type Statistics } from "./statistics.ts";

const enabled = z.enum(["Enabled", "Disabled"]);

/**
 * SageMaker Model Monitor's `constraints.json`:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
 */
export const constraintsSchema = z.object({
  version: z.number(),
  features: z.array(
    z.object({
      name: z.string(),
      inferred_type: z.enum(["Fractional", "Integral", "String", "Unknown"]),
      /** Share of the values that must be there. */
      completeness: z.number(),
      num_constraints: z.object({ is_non_negative: z.boolean() }).optional(),
      string_constraints: z.object({ domains: z.array(z.string()) }).optional(),
    }),
  ),
  monitoring_config: z.object({
    evaluate_constraints: enabled,
    emit_metrics: enabled,
    datatype_check_threshold: z.number(),
    domain_content_threshold: z.number(),
    distribution_constraints: z.object({
      perform_comparison: enabled,
      comparison_threshold: z.number(),
      comparison_method: z.enum(["Simple", "Robust"]),
      categorical_comparison_threshold: z.number().optional(),
      categorical_drift_method: z.enum(["LInfinity", "ChiSquared"]).optional(),
    }),
  }),
});

export type Constraints = z.infer<typeof constraintsSchema>;

/** What a window must keep to, to be like the baseline, with Model Monitor's own thresholds. */
export function constraintsOf({ features }: Statistics): Constraints {
  return {
    version: 0,
    features: features.map((feature) => {
      const { name, inferred_type, numerical_statistics, string_statistics } = feature;
      return {
        name,
        inferred_type,
        completeness: completenessOf(feature) ?? 0,
        ...(numerical_statistics !== undefined && {
          num_constraints: { is_non_negative: numerical_statistics.min >= 0 },
        }),
        ...(string_statistics !== undefined && {
          string_constraints: {
            domains: string_statistics.distribution.categorical.buckets.map(({ value }) => value),
          },
        }),
      };
    }),
    monitoring_config: {
      evaluate_constraints: "Enabled",
      emit_metrics: "Enabled",
      datatype_check_threshold: 0.1,
      domain_content_threshold: 0.1,
      distribution_constraints: {
        perform_comparison: "Enabled",
        comparison_threshold: 0.1,
        comparison_method: "Robust",
        categorical_comparison_threshold: 0.1,
        categorical_drift_method: "ChiSquared",
      },
    },
  };
}

/** The share of a feature's values that are there, 0 to 1; undefined where none was looked for. */
export function completenessOf(feature: Statistics["features"][number]): number | undefined {
  const { num_present, num_missing } = commonOf(feature);
  return num_present + num_missing === 0 ? undefined : num_present / (num_present + num_missing);
}
