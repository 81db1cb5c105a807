import type { DeploymentConfig, EndpointStatus } from "@aws-sdk/client-sagemaker";
import type { Fleet } from "./fleet.ts";
import type { Valid } from "./valid.ts";

/** One endpoint: what was asked for, what serves, and how far a change is. */
export interface Endpoint {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  /** The configuration that serves, or that it is created with. */
  configName: string;
  status: EndpointStatus;
  modified: Date;
  fleet?: Fleet;
  pending?: { configName: string; since: Date };
  failureReason?: string | undefined;
  deploymentConfig?: Valid<DeploymentConfig> | undefined;
}

/** Whether an endpoint is in a status from which nothing but waiting leads on. */
export function isChanging({ status }: Endpoint): boolean {
  return ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"].includes(status);
}
