import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import type { Kind } from "../teardown/inventory.ts";
import type { InstanceUse } from "./prices.ts";

/** Instances that AWS bills by the hour for as long as a thing is there. */
export interface BilledInstances {
  readonly use: InstanceUse;
  readonly instanceType: string;
  readonly instanceCount: number;
}

/**
 * The instances of an endpoint or a running job; undefined of anything else, and of what is gone or
 * has none yet.
 */
export async function billedInstances(
  context: Context,
  kind: Kind,
  name: string,
): Promise<BilledInstances | undefined> {
  if (kind === "endpoint") return ifPresent(ofEndpoint(context, name));
  if (kind === "training job") return ifPresent(ofTrainingJob(context, name));
  if (kind === "transform job") return ifPresent(ofTransformJob(context, name));
  return undefined;
}

async function ofEndpoint(
  { clients: { sagemaker }, signal }: Context,
  EndpointName: string,
): Promise<BilledInstances | undefined> {
  const abort = { abortSignal: signal };
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }), abort);
  const { EndpointConfigName } = endpoint;
  const { ProductionVariants: [variant] = [] } = await sagemaker.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName }),
    abort,
  );
  const now = endpoint.ProductionVariants?.[0]?.CurrentInstanceCount;
  return billed("hosting", variant?.InstanceType, now ?? variant?.InitialInstanceCount);
}

async function ofTrainingJob(
  { clients: { sagemaker }, signal }: Context,
  TrainingJobName: string,
): Promise<BilledInstances | undefined> {
  const { ResourceConfig } = await sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName }),
    { abortSignal: signal },
  );
  return billed("training", ResourceConfig?.InstanceType, ResourceConfig?.InstanceCount);
}

async function ofTransformJob(
  { clients: { sagemaker }, signal }: Context,
  TransformJobName: string,
): Promise<BilledInstances | undefined> {
  const { TransformResources } = await sagemaker.send(
    new DescribeTransformJobCommand({ TransformJobName }),
    { abortSignal: signal },
  );
  return billed("transform", TransformResources?.InstanceType, TransformResources?.InstanceCount);
}

function billed(
  use: InstanceUse,
  instanceType: string | undefined,
  instanceCount: number | undefined,
): BilledInstances | undefined {
  return instanceType === undefined || instanceCount === undefined
    ? undefined
    : { use, instanceType, instanceCount };
}
