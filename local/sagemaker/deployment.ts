import type { Endpoint } from "./endpoint.ts";
import type { EndpointConfig } from "./endpoint-configs.ts";
import { startFleet, stopFleet } from "./fleet.ts";
import { JobFailure } from "./job-failure.ts";
import { runBehind, type Service } from "./service.ts";

/** Begins to bring an endpoint up with its first configuration: InService, or Failed. */
export function create(service: Service, endpoint: Endpoint, config: EndpointConfig): void {
  const change = async () => {
    const failure = await deploy(service, endpoint, config);
    settle(endpoint, failure === undefined ? "InService" : "Failed", failure);
  };
  runBehind(service, change());
}

/**
 * Begins to move an endpoint to another configuration: the new fleet comes up beside the old one,
 * takes over, and the old one ends. A new fleet that does not come up leaves the old one serving,
 * InService under its old configuration's name.
 */
export function update(service: Service, endpoint: Endpoint, config: EndpointConfig): void {
  endpoint.pending = { configName: config.request.EndpointConfigName, since: new Date() };
  settle(endpoint, "Updating", undefined);
  const change = async () => {
    const failure = await deploy(service, endpoint, config);
    delete endpoint.pending;
    settle(endpoint, "InService", failure);
  };
  runBehind(service, change());
}

/** Begins to delete an endpoint; it is gone when its processes are. */
export function remove(service: Service, endpoint: Endpoint): void {
  settle(endpoint, "Deleting", undefined);
  const change = async () => {
    if (endpoint.fleet) await stopFleet(endpoint.fleet);
    service.endpoints.delete(endpoint.name);
    service.tags.delete(endpoint.arn);
  };
  runBehind(service, change());
}

/** Brings a configuration's fleet up and lets it take over. Answers why it did not. */
async function deploy(
  service: Service,
  endpoint: Endpoint,
  config: EndpointConfig,
): Promise<string | undefined> {
  try {
    const before = endpoint.fleet;
    endpoint.fleet = await startFleet(service, endpoint.name, config);
    endpoint.configName = config.request.EndpointConfigName;
    if (before) await stopFleet(before);
    return undefined;
  } catch (error) {
    return error instanceof JobFailure ? error.message : `InternalServerError: ${String(error)}`;
  }
}

function settle(endpoint: Endpoint, status: Endpoint["status"], reason: string | undefined): void {
  endpoint.status = status;
  endpoint.failureReason = reason?.slice(0, 1024);
  endpoint.modified = new Date();
}
