import type { Check } from "../authority.ts";
import { type Input, requestTags, resourceTags } from "../authorization.ts";
import { arnOf, type Service } from "../service.ts";

/**
 * What the caller of Application Auto Scaling must be allowed to do: the operation on the scalable
 * target, and what the service then does to the endpoint and its alarms, which the caller must be
 * allowed to do too.
 * Source: https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
 */
export function scalingChecksOf(service: Service, operation: string, request: unknown): Check[] {
  const input = request as Input;
  const { ServiceNamespace, ScalableDimension } = input;
  const context = {
    "application-autoscaling:service-namespace": String(ServiceNamespace),
    ...(typeof ScalableDimension === "string" && {
      "application-autoscaling:scalable-dimension": ScalableDimension,
    }),
    ...requestTags(input),
  };
  const resource = operation.startsWith("Describe") ? "*" : targetArn(service, input);
  return [
    { action: `application-autoscaling:${operation}`, resource, context },
    ...(dependents[operation]?.(service, String(input["ResourceId"])) ?? []),
  ];
}

const dependents: Readonly<Record<string, (service: Service, resourceId: string) => Check[]>> = {
  RegisterScalableTarget: (service, resourceId) => [
    ...(service.scalableTargets.size === 0 ? [serviceLinkedRole(service)] : []),
    ...["DescribeEndpoint", "UpdateEndpointWeightsAndCapacities"].map((action) => {
      const endpoint = arnOf(service, resourceId.split("/").slice(0, 2).join("/"));
      return {
        action: `sagemaker:${action}`,
        resource: endpoint,
        context: resourceTags(service, endpoint),
      };
    }),
  ],
  PutScalingPolicy: (service, resourceId) => [
    alarm(service, "DescribeAlarms", "*"),
    alarm(service, "PutMetricAlarm", `TargetTracking-${resourceId}-AlarmHigh`),
  ],
  DeleteScalingPolicy: (service, resourceId) => [
    alarm(service, "DeleteAlarms", `TargetTracking-${resourceId}-AlarmHigh`),
  ],
};

function targetArn(
  { scalableTargets, region, account }: Service,
  { ResourceId, ScalableDimension }: Input,
): string {
  const known = [...scalableTargets.values()].find(
    (target) => target.ResourceId === ResourceId && target.ScalableDimension === ScalableDimension,
  );
  const base = `arn:aws:application-autoscaling:${region}:${account}:scalable-target`;
  return known?.ScalableTargetARN ?? `${base}/*`;
}

/** Made by the account's first target. */
function serviceLinkedRole({ account }: Service): Check {
  const owner = "sagemaker.application-autoscaling.amazonaws.com";
  const name = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint";
  return {
    action: "iam:CreateServiceLinkedRole",
    resource: `arn:aws:iam::${account}:role/aws-service-role/${owner}/${name}`,
    context: { "iam:AWSServiceName": owner },
  };
}

function alarm({ region, account }: Service, action: string, name: string): Check {
  const resource = `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  return { action: `cloudwatch:${action}`, resource, context: {} };
}
