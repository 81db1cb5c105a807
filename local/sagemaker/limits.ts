import { ServiceError } from "./wire.ts";

/**
 * Service quotas by their names in AWS's Service Quotas, such as `ml.g4dn.xlarge for training job
 * usage`, in instances. One that is not named is unlimited.
 */
export type Limits = Readonly<Record<string, number>>;

export interface Demand {
  readonly instanceType: string;
  readonly instanceCount: number;
}

/** Refuses what would go over a quota. @throws ServiceError ResourceLimitExceeded */
export function checkLimit(
  limits: Limits,
  usage: "training job" | "spot training job" | "transform job" | "endpoint",
  { instanceType, instanceCount }: Demand,
  running: readonly Demand[],
): void {
  const quota = `${instanceType} for ${usage} usage`;
  const limit = limits[quota];
  if (limit === undefined) return;
  const used = running
    .filter((demand) => demand.instanceType === instanceType)
    .reduce((sum, demand) => sum + demand.instanceCount, 0);
  if (used + instanceCount <= limit) return;
  throw new ServiceError(
    "ResourceLimitExceeded",
    `The account-level service limit '${quota}' is ${limit} Instances, with current utilization of ` +
      `${used} Instances and a request delta of ${instanceCount} Instances. Please use AWS Service ` +
      "Quotas to request an increase for this quota. If AWS Service Quotas is not available, " +
      "contact AWS support to request an increase for this quota.",
  );
}
