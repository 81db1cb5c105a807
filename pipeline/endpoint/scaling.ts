import {
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { type Endpoint, settledEndpoint } from "./endpoint.ts";
import { VARIANT } from "./endpoint-config.ts";
import type { Pace } from "../poll.ts";

const scope = (endpointName: string) =>
  ({
    ServiceNamespace: "sagemaker",
    ResourceId: `endpoint/${endpointName}/variant/${VARIANT}`,
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  }) as const;

const policyName = (endpointName: string) => `${endpointName}-invocations`;

/** Scales the endpoint by invocations per instance and minute; again is the same as once. */
export async function registerScaling(
  { clients, progress }: Context,
  { endpoint: { scaling } }: Config,
  endpointName: string,
): Promise<void> {
  await clients.autoscaling.send(
    new RegisterScalableTargetCommand({
      ...scope(endpointName),
      MinCapacity: scaling.minCapacity,
      MaxCapacity: scaling.maxCapacity,
    }),
  );
  await clients.autoscaling.send(
    new PutScalingPolicyCommand({
      ...scope(endpointName),
      PolicyName: policyName(endpointName),
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: scaling.invocationsPerInstance,
        PredefinedMetricSpecification: {
          PredefinedMetricType: "SageMakerVariantInvocationsPerInstance",
        },
      },
    }),
  );
  progress.line(`scales from ${scaling.minCapacity} to ${scaling.maxCapacity} instances`);
}

/** Is the endpoint registered for scaling? An endpoint that is can be neither updated nor deleted safely. */
export async function isScaled({ clients }: Context, endpointName: string): Promise<boolean> {
  const { ServiceNamespace, ResourceId, ScalableDimension } = scope(endpointName);
  const { ScalableTargets = [] } = await clients.autoscaling.send(
    new DescribeScalableTargetsCommand({
      ServiceNamespace,
      ResourceIds: [ResourceId],
      ScalableDimension,
    }),
  );
  return ScalableTargets.length > 0;
}

/**
 * Ends an endpoint's scaling, and waits for an activity that began before: it would block what follows.
 * @returns the endpoint once nothing changes it any more; undefined where there is none.
 */
export async function endScaling(
  context: Context,
  config: Config,
  endpointName: string,
  pace: Pace,
): Promise<Endpoint | undefined> {
  await deregisterScaling(context, endpointName);
  return settledEndpoint(context, config, endpointName, pace);
}

/** Removes policy and target, where there are such. */
export async function deregisterScaling(context: Context, endpointName: string): Promise<void> {
  if (!(await isScaled(context, endpointName))) return;
  const { autoscaling } = context.clients;
  const { ScalingPolicies = [] } = await autoscaling.send(
    new DescribeScalingPoliciesCommand(scope(endpointName)),
  );
  for (const { PolicyName } of ScalingPolicies) {
    await autoscaling.send(new DeleteScalingPolicyCommand({ ...scope(endpointName), PolicyName }));
  }
  await autoscaling.send(new DeregisterScalableTargetCommand(scope(endpointName)));
}
