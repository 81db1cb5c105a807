import type {
  UpdateEndpointWeightsAndCapacitiesCommandInput,
  UpdateEndpointWeightsAndCapacitiesCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { type Endpoint, settle } from "./endpoint.ts";
import { checkEndpointQuota, demandsOf } from "./endpoint-quota.ts";
import { findEndpoint, refuseUpdate } from "./endpoints.ts";
import { currentSizes, type Fleet, variantOf } from "./fleet.ts";
import type { Size } from "./running-variant.ts";
import { runBehind, type Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";
import { messageOf } from "../../../pipeline/errors.ts";

/** UpdateEndpointWeightsAndCapacities. */
export function capacityOperations(service: Service) {
  return {
    UpdateEndpointWeightsAndCapacities(
      input: Valid<UpdateEndpointWeightsAndCapacitiesCommandInput>,
    ): Answer<UpdateEndpointWeightsAndCapacitiesCommandOutput> {
      const endpoint = findEndpoint(service, input.EndpointName);
      const changes = input.DesiredWeightsAndCapacities.map((change) => {
        if (change.ServerlessUpdateConfig !== undefined || change.DesiredInstanceCount === 0) {
          throw validationException(
            `Variant ${change.VariantName} is on instances, and needs at least one.`,
          );
        }
        const { DesiredInstanceCount: instances, DesiredWeight: weight } = change;
        const size = {
          ...(instances !== undefined && { instances }),
          ...(weight !== undefined && { weight }),
        };
        return [change.VariantName, size] as const;
      });
      void changeCapacity(service, endpoint, new Map(changes));
      return { EndpointArn: endpoint.arn };
    },
  };
}

/**
 * Begins to give variants other sizes. Once it is over, answers why it failed: the endpoint then has
 * its former instances, InService, and says why, too.
 * @throws ServiceError at once where the endpoint is none to be changed, or over a quota.
 */
export function changeCapacity(
  service: Service,
  endpoint: Endpoint,
  changes: ReadonlyMap<string, Partial<Size>>,
): Promise<string | undefined> {
  refuseUpdate(endpoint);
  const fleet = servingFleet(endpoint);
  const before = currentSizes(fleet);
  const after = new Map(before);
  for (const [name, change] of changes) {
    const size = before.get(name);
    if (size === undefined)
      throw validationException(`Endpoint ${endpoint.name} has no variant ${name}.`);
    after.set(name, { ...size, ...change });
  }
  checkEndpointQuota(service, demandsOf(fleet.config, after), endpoint);
  settle(endpoint, "Updating");
  const change = async () => {
    try {
      await resize(fleet, after);
      settle(endpoint, "InService");
      return undefined;
    } catch (error) {
      const reason = messageOf(error);
      settle(endpoint, "RollingBack", reason);
      // Where a crash meets this, too, the instances still there serve on.
      await resize(fleet, before).catch(() => undefined);
      settle(endpoint, "InService", reason);
      return reason;
    }
  };
  const changing = change();
  runBehind(
    service,
    changing.then(() => undefined),
  );
  return changing;
}

function servingFleet({ fleet, arn }: Endpoint): Fleet {
  if (fleet !== undefined) return fleet;
  throw validationException(`Cannot update endpoint "${arn}": nothing serves.`);
}

async function resize(fleet: Fleet, sizes: ReadonlyMap<string, Size>): Promise<void> {
  const resized = [...sizes].map(async ([name, { instances, weight }]) => {
    const running = variantOf(fleet, name);
    if (running === undefined) return;
    running.desired = instances;
    running.weight = weight;
    await running.resize();
  });
  const results = await Promise.allSettled(resized);
  const failed = results.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
