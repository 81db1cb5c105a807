import * as z from "zod";
import { type Distribution, distributionOf } from "./distribution.ts";

const common = z.object({ num_present: z.number(), num_missing: z.number() });

const numerical = z.object({
  common,
  mean: z.number(),
  sum: z.number(),
  std_dev: z.number(),
  min: z.number(),
  max: z.number(),
  distribution: z.object({
    kll: z.object({
      buckets: z.array(
        z.object({ lower_bound: z.number(), upper_bound: z.number(), count: z.number() }),
      ),
      sketch: z.object({
        parameters: z.object({ c: z.number(), k: z.number() }),
        data: z.array(z.array(z.number())),
      }),
    }),
  }),
});

const string = z.object({
  common,
  distinct_count: z.number(),
  distribution: z.object({
    categorical: z.object({ buckets: z.array(z.object({ value: z.string(), count: z.number() })) }),
  }),
});

const feature = z.object({
  name: z.string(),
  inferred_type: z.enum(["Fractional", "Integral", "String", "Unknown"]),
  numerical_statistics: numerical.optional(),
  string_statistics: string.optional(),
});

/**
 * SageMaker Model Monitor's `statistics.json`, of a baseline or of a window:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
 */
export const statisticsSchema = z.object({
  version: z.number(),
  dataset: z.object({ item_count: z.number() }),
  features: z.array(feature),
});

export type Statistics = z.infer<typeof statisticsSchema>;
export type FeatureStatistics = Statistics["features"][number];
export type NumericalStatistics = z.infer<typeof numerical>;

/** A feature by its name, or undefined. */
export function featureOf(
  { features }: Pick<Statistics, "features">,
  name: string,
): FeatureStatistics | undefined {
  return features.find((each) => each.name === name);
}

/** A feature's values; undefined where it has none, or they are no numbers. */
export function sampleOf(statistics: Statistics, name: string): Distribution | undefined {
  const found = featureOf(statistics, name)?.numerical_statistics;
  return found && distributionOf(found.distribution.kll.sketch);
}

/** How many values of a feature are there, and how many are missing. */
export function commonOf({ numerical_statistics, string_statistics }: FeatureStatistics) {
  return (
    numerical_statistics?.common ?? string_statistics?.common ?? { num_present: 0, num_missing: 0 }
  );
}
