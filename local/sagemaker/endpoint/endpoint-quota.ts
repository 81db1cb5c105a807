import type { Endpoint } from "./endpoint.ts";
import type { EndpointConfig } from "./endpoint-configs.ts";
import { currentSizes, sizesOf } from "./fleet.ts";
import { checkLimit, type Demand } from "../limits.ts";
import type { Size } from "./running-variant.ts";
import type { Service } from "../service.ts";

/**
 * Refuses instances that would go over a quota. What an endpoint to be changed holds itself does not
 * count against what it is to have.
 * @throws ServiceError ResourceLimitExceeded
 */
export function checkEndpointQuota(
  service: Service,
  demands: readonly Demand[],
  changed?: Endpoint,
): void {
  const running = [...service.endpoints.values()]
    .filter((endpoint) => endpoint !== changed && endpoint.status !== "Failed")
    .flatMap((endpoint) => demandsOfEndpoint(service, endpoint));
  for (const demand of demands) checkLimit(service.limits, "endpoint", demand, running);
}

/** The instances of a configuration whose variants have these sizes. */
export function demandsOf(
  { variants }: EndpointConfig,
  sizes: ReadonlyMap<string, Size>,
): Demand[] {
  return variants.map(({ VariantName, InstanceType }) => {
    return { instanceType: InstanceType, instanceCount: sizes.get(VariantName)?.instances ?? 0 };
  });
}

function demandsOfEndpoint(service: Service, { fleet, configName }: Endpoint): Demand[] {
  const config = fleet?.config ?? service.endpointConfigs.get(configName);
  if (config === undefined) return [];
  return demandsOf(config, fleet === undefined ? sizesOf(config) : currentSizes(fleet));
}
