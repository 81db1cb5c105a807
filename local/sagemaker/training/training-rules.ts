import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import { checkTrainingInstance } from "./algorithm-image.ts";
import { checkLimit } from "../limits.ts";
import type { Service } from "../service.ts";
import type { TrainingRequest } from "./training-job.ts";
import type { Valid } from "../valid.ts";
import { validationMessage } from "../validation.ts";
import { ServiceError, validationException } from "../wire.ts";

/**
 * What CreateTrainingJob demands beyond the API model: a free name, an image, instances within the
 * quota, and times that fit together.
 * @throws ServiceError ValidationException, ResourceInUse, ResourceLimitExceeded
 */
export function checkTrainingRequest(
  service: Service,
  input: Valid<CreateTrainingJobCommandInput>,
): TrainingRequest {
  const request = checkTrainingDefinition(input);
  const existing = service.trainingJobs.get(request.TrainingJobName);
  if (existing !== undefined) {
    throw new ServiceError(
      "ResourceInUse",
      "Training job names must be unique within an AWS account and region, and a training job " +
        `with this name already exists (${existing.arn})`,
    );
  }
  checkQuota(service, request);
  return request;
}

/**
 * What of that does not depend on other jobs.
 * @throws ServiceError ValidationException
 */
export function checkTrainingDefinition(
  input: Valid<CreateTrainingJobCommandInput>,
): TrainingRequest {
  const request = complete(input);
  const { InputDataConfig = [] } = request;
  const { InstanceType } = request.ResourceConfig;
  checkTrainingInstance(request.AlgorithmSpecification.TrainingImage, InstanceType);
  checkStopping(request);
  const names = InputDataConfig.map(({ ChannelName }) => ChannelName);
  if (new Set(names).size < names.length) {
    throw validationException("Duplicate channel names are not allowed.");
  }
  return request;
}

function complete(input: Valid<CreateTrainingJobCommandInput>): TrainingRequest {
  const { AlgorithmSpecification, ResourceConfig, StoppingCondition } = input;
  const image = AlgorithmSpecification?.TrainingImage;
  const needed = {
    "algorithmSpecification.trainingImage": image,
    "resourceConfig.instanceType": ResourceConfig?.InstanceType,
    "resourceConfig.instanceCount": ResourceConfig?.InstanceCount,
    "resourceConfig.volumeSizeInGB": ResourceConfig?.VolumeSizeInGB,
    stoppingCondition: StoppingCondition,
  };
  const missing = Object.entries(needed).filter(([, value]) => value === undefined);
  if (missing.length > 0) {
    const complaints = missing.map(
      ([at]) => `Value null at '${at}' failed to satisfy constraint: Member must not be null`,
    );
    throw validationException(validationMessage(complaints));
  }
  const oneDay = 86_400;
  return {
    ...input,
    StoppingCondition: { MaxRuntimeInSeconds: oneDay, ...StoppingCondition },
  } as TrainingRequest;
}

function checkStopping({ StoppingCondition, EnableManagedSpotTraining }: TrainingRequest): void {
  const { MaxRuntimeInSeconds, MaxWaitTimeInSeconds } = StoppingCondition;
  if (EnableManagedSpotTraining !== true) {
    if (MaxWaitTimeInSeconds === undefined) return;
    throw validationException(
      "MaxWaitTimeInSeconds can be set only if EnableManagedSpotTraining is true.",
    );
  }
  if (MaxWaitTimeInSeconds === undefined || MaxWaitTimeInSeconds < MaxRuntimeInSeconds) {
    throw validationException(
      "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to " +
        "MaxRuntimeInSeconds when EnableManagedSpotTraining is set to true.",
    );
  }
}

/**
 * Refuses `jobs` of these at once where they go over the quota of their instances.
 * @throws ServiceError ResourceLimitExceeded
 */
export function checkQuota(service: Service, request: TrainingRequest, jobs = 1): void {
  const spot = request.EnableManagedSpotTraining === true;
  const { InstanceType: instanceType, InstanceCount } = request.ResourceConfig;
  const instanceCount = jobs * InstanceCount;
  const running = [...service.trainingJobs.values()]
    .filter(({ ended, request: { EnableManagedSpotTraining = false } }) => {
      return ended === undefined && EnableManagedSpotTraining === spot;
    })
    .map(({ request: { ResourceConfig } }) => ({
      instanceType: ResourceConfig.InstanceType,
      instanceCount: ResourceConfig.InstanceCount,
    }));
  const usage = spot ? "spot training job" : "training job";
  checkLimit(service.limits, usage, { instanceType, instanceCount }, running);
}
