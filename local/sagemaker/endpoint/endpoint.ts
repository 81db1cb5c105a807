import type { DeploymentConfig, EndpointStatus, VariantStatus } from "@aws-sdk/client-sagemaker";
import type { EndpointConfig } from "./endpoint-configs.ts";
import type { Fleet } from "./fleet.ts";
import type { Size } from "./running-variant.ts";
import type { Valid } from "../valid.ts";

/** What an update is at, for each variant of the new fleet. */
export interface Stage {
  readonly status: VariantStatus;
  readonly since: Date;
  /** AWS's StatusMessage, for `active` instances of `total`. */
  readonly message: (active: number, total: number) => string;
}

/** An update under way: the fleet that comes up beside the one that serves. */
export interface PendingDeployment {
  readonly config: EndpointConfig;
  /** Of each variant of the new fleet, by its name. */
  readonly sizes: ReadonlyMap<string, Size>;
  readonly since: Date;
  /** Undefined until all of it is up. */
  fleet?: Fleet;
  /** Instances of the new fleet that have traffic on, by variant name. */
  active: ReadonlyMap<string, number>;
  stage: Stage;
}

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
  pending?: PendingDeployment;
  failureReason?: string | undefined;
  deploymentConfig?: Valid<DeploymentConfig> | undefined;
}

/** Whether an endpoint is in a status from which nothing but waiting leads on. */
export function isChanging({ status }: Endpoint): boolean {
  return ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"].includes(status);
}

/** Gives an endpoint a status, and the reason where something failed. */
export function settle(endpoint: Endpoint, status: Endpoint["status"], reason?: string): void {
  endpoint.status = status;
  endpoint.failureReason = reason?.slice(0, 1024);
  endpoint.modified = new Date();
}
