import type { CreateHyperParameterTuningJobCommandInput } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import { fingerprint } from "../names.ts";
import type { TrainingSpecification } from "./training-specification.ts";
import type { Tuning } from "./tuning-schema.ts";

/** Everything that a tuning job is asked to do, but for its name and tags. */
export type TuningSpecification = Omit<
  CreateHyperParameterTuningJobCommandInput,
  "HyperParameterTuningJobName" | "Tags"
>;

/** The only metric that image-classification can be tuned by. */
export const OBJECTIVE = "validation:accuracy";

/**
 * The CreateHyperParameterTuningJob request that searches the ranges, every training job being asked
 * for as one alone. Without checkpoints: one prefix would mix those of all training jobs.
 */
export function tuningSpecification(
  config: Config,
  tuning: Tuning,
  training: TrainingSpecification,
): TuningSpecification {
  const { HyperParameters = {}, AlgorithmSpecification, ...definition } = training;
  const fixed = Object.entries(HyperParameters).filter(([name]) => !(name in tuning.ranges));
  return {
    HyperParameterTuningJobConfig: {
      Strategy: tuning.strategy,
      HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: OBJECTIVE },
      ResourceLimits: {
        MaxNumberOfTrainingJobs: tuning.maxJobs,
        MaxParallelTrainingJobs: tuning.maxParallelJobs,
      },
      ParameterRanges: parameterRanges(tuning.ranges),
      TrainingJobEarlyStoppingType: "Off",
      RandomSeed: config.dataset.seed,
    },
    TrainingJobDefinition: {
      StaticHyperParameters: Object.fromEntries(fixed),
      AlgorithmSpecification: {
        TrainingImage: AlgorithmSpecification?.TrainingImage,
        TrainingInputMode: "File",
      },
      RoleArn: definition.RoleArn,
      InputDataConfig: definition.InputDataConfig,
      OutputDataConfig: definition.OutputDataConfig,
      ResourceConfig: definition.ResourceConfig,
      StoppingCondition: definition.StoppingCondition,
      EnableManagedSpotTraining: definition.EnableManagedSpotTraining,
    },
  };
}

/**
 * What decides what is found, of a request or of what AWS says of a job: there AWS's own hyperparameters,
 * which begin with `_`, have joined ours, and a list of no ranges may be absent.
 */
export function essenceOfTuning({
  HyperParameterTuningJobConfig: config,
  TrainingJobDefinition: definition,
}: Partial<TuningSpecification>): string {
  const ranges = Object.entries<readonly unknown[] | undefined>({ ...config?.ParameterRanges });
  const fixed = Object.entries(definition?.StaticHyperParameters ?? {});
  return fingerprint([
    Object.fromEntries(ranges.filter(([, list]) => (list?.length ?? 0) > 0)),
    config?.Strategy,
    Object.fromEntries(fixed.filter(([name]) => !name.startsWith("_"))),
    definition?.InputDataConfig?.map(({ DataSource }) => DataSource?.S3DataSource?.S3Uri),
  ]);
}

function parameterRanges({ mini_batch_size, optimizer, ...shares }: Tuning["ranges"]) {
  return {
    ContinuousParameterRanges: Object.entries(shares).flatMap(([name, range]) =>
      numbers(name, range),
    ),
    IntegerParameterRanges: numbers("mini_batch_size", mini_batch_size),
    CategoricalParameterRanges:
      optimizer === undefined ? [] : [{ Name: "optimizer", Values: optimizer.values }],
  };
}

function numbers(Name: string, range: Tuning["ranges"]["momentum"]) {
  if (range === undefined) return [];
  const { min, max, scaling } = range;
  return [{ Name, MinValue: String(min), MaxValue: String(max), ScalingType: scaling }];
}
