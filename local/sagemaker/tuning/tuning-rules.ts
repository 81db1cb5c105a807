import type { CreateHyperParameterTuningJobCommandInput } from "@aws-sdk/client-sagemaker";
import type { Service } from "../service.ts";
import type { TrainingRequest } from "../training/training-job.ts";
import { checkQuota, checkTrainingDefinition } from "../training/training-rules.ts";
import type { TuningRequest } from "./tuning-job.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

/**
 * AWS's defaults: https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html
 */
const limits = { jobs: 750, parallel: 10, hyperparameters: 30 };

type Input = Valid<CreateHyperParameterTuningJobCommandInput>;

/**
 * What CreateHyperParameterTuningJob demands beyond the API model: a free name, ranges that can be
 * searched, numbers of jobs and instances within the quotas, and training jobs that are right.
 * @throws ServiceError ValidationException, ResourceInUse, ResourceLimitExceeded
 */
export function checkTuningRequest(
  service: Service,
  input: Input,
): { readonly request: TuningRequest; readonly training: TrainingRequest } {
  const existing = service.tuningJobs.get(input.HyperParameterTuningJobName.toLowerCase());
  if (existing !== undefined) {
    throw new ServiceError(
      "ResourceInUse",
      "Hyperparameter tuning job names must be unique within an AWS account and region, and a " +
        `tuning job with this name already exists (${existing.arn})`,
    );
  }
  refuseUnsupported(input);
  const request = complete(input);
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = request;
  checkRanges(config.ParameterRanges, definition.StaticHyperParameters ?? {});
  const { MaxNumberOfTrainingJobs: jobs, MaxParallelTrainingJobs: parallel } =
    config.ResourceLimits;
  if (parallel > jobs) {
    throw validationException(
      "MaxParallelTrainingJobs must not be greater than MaxNumberOfTrainingJobs.",
    );
  }
  checkCount("training jobs per hyperparameter tuning job", jobs, limits.jobs);
  checkCount("parallel training jobs per hyperparameter tuning job", parallel, limits.parallel);
  const { StaticHyperParameters = {}, ...rest } = definition;
  const { MetricName } = config.HyperParameterTuningJobObjective;
  const training = checkTrainingDefinition({
    ...rest,
    TrainingJobName: "none-yet",
    HyperParameters: { ...StaticHyperParameters, _tuning_objective_metric: MetricName },
    Tags: input.Tags,
  });
  checkQuota(service, training, parallel);
  return { request, training };
}

function refuseUnsupported(input: Input): void {
  const { Strategy, StrategyConfig, TuningJobCompletionCriteria } =
    input.HyperParameterTuningJobConfig;
  const { TrainingJobEarlyStoppingType = "Off" } = input.HyperParameterTuningJobConfig;
  const others = {
    TrainingJobDefinitions: input.TrainingJobDefinitions,
    WarmStartConfig: input.WarmStartConfig,
    Autotune: input.Autotune,
    StrategyConfig,
    TuningJobCompletionCriteria,
    HyperParameterTuningResourceConfig:
      input.TrainingJobDefinition?.HyperParameterTuningResourceConfig,
  };
  const found = Object.entries(others).find(([, value]) => value !== undefined);
  if (found !== undefined)
    throw validationException(`The local SageMaker tunes without ${found[0]}.`);
  if (TrainingJobEarlyStoppingType !== "Off") {
    throw validationException("The local SageMaker stops no training job early.");
  }
  if (Strategy !== "Bayesian" && Strategy !== "Random") {
    throw validationException(
      `The local SageMaker tunes by Bayesian or Random, not by ${Strategy}.`,
    );
  }
}

function complete(input: Input): TuningRequest {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition } = input;
  const needed = {
    TrainingJobDefinition,
    HyperParameterTuningJobObjective: config.HyperParameterTuningJobObjective,
    ParameterRanges: config.ParameterRanges,
    MaxNumberOfTrainingJobs: config.ResourceLimits.MaxNumberOfTrainingJobs,
  };
  const missing = Object.entries(needed).find(([, value]) => value === undefined);
  if (missing !== undefined) throw validationException(`${missing[0]} is required.`);
  return input as TuningRequest;
}

function checkRanges(
  ranges: TuningRequest["HyperParameterTuningJobConfig"]["ParameterRanges"],
  fixed: Readonly<Record<string, string>>,
): void {
  const { ContinuousParameterRanges = [], IntegerParameterRanges = [] } = ranges;
  const { CategoricalParameterRanges = [] } = ranges;
  const all = [
    ...ContinuousParameterRanges,
    ...IntegerParameterRanges,
    ...CategoricalParameterRanges,
  ];
  const names = all.map(({ Name }) => Name);
  if (names.length === 0)
    throw validationException("At least one hyperparameter range is required.");
  checkCount("hyperparameters that can be searched", names.length, limits.hyperparameters);
  const twice = names.find((name, at) => names.indexOf(name) !== at || name in fixed);
  if (twice !== undefined) {
    throw validationException(`The hyperparameter ${twice} has more than one range or value.`);
  }
  for (const range of [...ContinuousParameterRanges, ...IntegerParameterRanges]) {
    const { Name, ScalingType = "Auto" } = range;
    const [min, max] = [Number(range.MinValue), Number(range.MaxValue)];
    const integer = (IntegerParameterRanges as readonly object[]).includes(range);
    if (!(min <= max) || (integer && !(Number.isInteger(min) && Number.isInteger(max)))) {
      throw validationException(
        `The range of ${Name} is none: ${range.MinValue} to ${range.MaxValue}.`,
      );
    }
    const reversed = ScalingType === "ReverseLogarithmic";
    if (
      (ScalingType === "Logarithmic" && min <= 0) ||
      (reversed && (integer || min < 0 || max >= 1))
    ) {
      throw validationException(`${ScalingType} scaling does not fit the range of ${Name}.`);
    }
  }
}

function checkCount(quota: string, asked: number, limit: number): void {
  if (asked <= limit) return;
  throw new ServiceError(
    "ResourceLimitExceeded",
    `The account-level service limit 'Number of ${quota}' is ${limit}, and ${asked} were asked for.`,
  );
}
