import { randomUUID } from "node:crypto";
import type {
  DeleteScalingPolicyCommandInput,
  DeregisterScalableTargetCommandInput,
  DescribeScalableTargetsCommandInput,
  DescribeScalableTargetsCommandOutput,
  DescribeScalingPoliciesCommandInput,
  DescribeScalingPoliciesCommandOutput,
  PutScalingPolicyCommandInput,
  PutScalingPolicyCommandOutput,
  RegisterScalableTargetCommandInput,
  RegisterScalableTargetCommandOutput,
  ScalableTarget,
  ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import type { Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

export type {
  ScalableTarget,
  ScalingActivity,
  ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";

interface Target {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

/**
 * RegisterScalableTarget, PutScalingPolicy, and describing and removing both: kept as AWS keeps
 * them, for variants of SageMaker endpoints. The scaler acts on them.
 */
export function autoscalingOperations(service: Service) {
  return {
    RegisterScalableTarget(
      input: Valid<RegisterScalableTargetCommandInput>,
    ): Answer<RegisterScalableTargetCommandOutput> {
      const known = service.scalableTargets.get(keyOf(input));
      const target = known ? { ...known, ...capacity(input) } : newTarget(service, input);
      if ((target.MinCapacity ?? 0) > (target.MaxCapacity ?? 0)) {
        throw validationException("Maximum capacity cannot be less than minimum capacity");
      }
      service.scalableTargets.set(keyOf(input), target);
      service.scaler.register(service, target);
      return { ScalableTargetARN: target.ScalableTargetARN };
    },
    DescribeScalableTargets(
      input: Valid<DescribeScalableTargetsCommandInput>,
    ): Answer<DescribeScalableTargetsCommandOutput> {
      const targets = [...service.scalableTargets.values()].filter(
        (target) =>
          isOf(target, input) &&
          (input.ResourceIds === undefined || input.ResourceIds.includes(target.ResourceId ?? "")),
      );
      const { page, NextToken } = listPage(targets, paging(input), "Ascending", (target) => ({
        name: target.ResourceId ?? "",
        created: target.CreationTime ?? new Date(0),
      }));
      return { ScalableTargets: page, NextToken };
    },
    DeregisterScalableTarget(input: Valid<DeregisterScalableTargetCommandInput>) {
      findTarget(service, input);
      deregister(service, input);
      return {};
    },
    PutScalingPolicy(
      input: Valid<PutScalingPolicyCommandInput>,
    ): Answer<PutScalingPolicyCommandOutput> {
      findTarget(service, input);
      const policy = newPolicy(service, input);
      service.scalingPolicies.set(`${keyOf(input)}|${input.PolicyName}`, policy);
      return { PolicyARN: policy.PolicyARN, Alarms: [] };
    },
    DescribeScalingPolicies(
      input: Valid<DescribeScalingPoliciesCommandInput>,
    ): Answer<DescribeScalingPoliciesCommandOutput> {
      const policies = [...service.scalingPolicies.values()].filter(
        (policy) =>
          isOf(policy, input) &&
          (input.ResourceId === undefined || input.ResourceId === policy.ResourceId) &&
          (input.PolicyNames === undefined || input.PolicyNames.includes(policy.PolicyName ?? "")),
      );
      const { page, NextToken } = listPage(policies, paging(input), "Ascending", (policy) => ({
        name: policy.PolicyARN ?? "",
        created: policy.CreationTime ?? new Date(0),
      }));
      return { ScalingPolicies: page, NextToken };
    },
    DeleteScalingPolicy(input: Valid<DeleteScalingPolicyCommandInput>) {
      if (service.scalingPolicies.delete(`${keyOf(input)}|${input.PolicyName}`)) return {};
      throw new ServiceError(
        "ObjectNotFoundException",
        `No scaling policy found for ${words(input)} and policy name: ${input.PolicyName}`,
      );
    },
  };
}

/** Takes an endpoint's scalable targets and policies away, as SageMaker does when it is deleted. */
export function deregisterEndpoint(service: Service, endpointName: string): void {
  for (const target of service.scalableTargets.values()) {
    if (target.ResourceId?.startsWith(`endpoint/${endpointName}/`)) {
      deregister(service, target as Target);
    }
  }
}

function deregister(service: Service, target: Target): void {
  service.scalableTargets.delete(keyOf(target));
  service.scaler.deregister(target.ResourceId);
  for (const key of service.scalingPolicies.keys()) {
    if (key.startsWith(`${keyOf(target)}|`)) service.scalingPolicies.delete(key);
  }
}

function keyOf({ ServiceNamespace, ResourceId, ScalableDimension }: Target): string {
  return [ServiceNamespace, ResourceId, ScalableDimension].join("|");
}

function words({ ServiceNamespace, ResourceId, ScalableDimension }: Target): string {
  return (
    `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, ` +
    `scalable dimension: ${ScalableDimension}`
  );
}

function isOf(
  thing: ScalableTarget | ScalingPolicy,
  input: { ServiceNamespace: string; ScalableDimension?: string | undefined },
): boolean {
  return (
    thing.ServiceNamespace === input.ServiceNamespace &&
    (input.ScalableDimension === undefined || input.ScalableDimension === thing.ScalableDimension)
  );
}

function paging({
  NextToken,
  MaxResults = 50,
}: {
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
}) {
  return { NextToken, MaxResults };
}

function findTarget(service: Service, input: Target): ScalableTarget {
  const target = service.scalableTargets.get(keyOf(input));
  if (target !== undefined) return target;
  throw new ServiceError("ObjectNotFoundException", `No scalable target found for ${words(input)}`);
}

function capacity({
  MinCapacity,
  MaxCapacity,
  RoleARN,
  SuspendedState,
}: Valid<RegisterScalableTargetCommandInput>) {
  return {
    ...(SuspendedState !== undefined && { SuspendedState }),
    ...(MinCapacity !== undefined && { MinCapacity }),
    ...(MaxCapacity !== undefined && { MaxCapacity }),
    ...(RoleARN !== undefined && { RoleARN }),
  };
}

function newTarget(
  service: Service,
  input: Valid<RegisterScalableTargetCommandInput>,
): ScalableTarget {
  checkVariant(service, input);
  const { Tags: _tags, MinCapacity, MaxCapacity, ...target } = input;
  if (MinCapacity === undefined || MaxCapacity === undefined) {
    throw validationException(
      "MinCapacity and MaxCapacity are required to register a new scalable target.",
    );
  }
  const arn = `arn:aws:application-autoscaling:${service.region}:${service.account}`;
  return {
    RoleARN:
      `arn:aws:iam::${service.account}:role/aws-service-role/sagemaker.application-autoscaling.` +
      "amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
    ...target,
    MinCapacity,
    MaxCapacity,
    CreationTime: new Date(),
    ScalableTargetARN: `${arn}:scalable-target/${randomUUID().replaceAll("-", "")}`,
  };
}

function checkVariant(service: Service, input: Valid<RegisterScalableTargetCommandInput>): void {
  const { ServiceNamespace, ResourceId, ScalableDimension } = input;
  const [, endpoint, variant] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(ResourceId) ?? [];
  const isVariant =
    ServiceNamespace === "sagemaker" &&
    ScalableDimension === "sagemaker:variant:DesiredInstanceCount" &&
    endpoint !== undefined;
  if (!isVariant) {
    throw validationException(
      `Unsupported service namespace, resource type or scalable dimension: ${words(input)}`,
    );
  }
  const variants = service.endpoints.get(endpoint)?.fleet?.variants ?? [];
  if (variants.some((running) => running.variant.VariantName === variant)) return;
  throw validationException(
    `SageMaker endpoint variant doesn't exist or is not in service: ${ResourceId}`,
  );
}

function newPolicy(service: Service, input: Valid<PutScalingPolicyCommandInput>): ScalingPolicy {
  const before = service.scalingPolicies.get(`${keyOf(input)}|${input.PolicyName}`);
  const PolicyType = input.PolicyType ?? before?.PolicyType ?? "StepScaling";
  const arn = `arn:aws:autoscaling:${service.region}:${service.account}:scalingPolicy`;
  const place = `resource/${input.ServiceNamespace}/${input.ResourceId}`;
  return {
    ...input,
    PolicyType,
    Alarms: [],
    CreationTime: before?.CreationTime ?? new Date(),
    PolicyARN:
      before?.PolicyARN ?? `${arn}:${randomUUID()}:${place}:policyName/${input.PolicyName}`,
  };
}
