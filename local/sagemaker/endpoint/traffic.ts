import type { Endpoint } from "./endpoint.ts";
import { type Fleet, variantOf } from "./fleet.ts";
import type { Instance } from "./instance.ts";
import type { RunningVariant } from "./running-variant.ts";
import { ServiceError } from "../wire.ts";

/** Where one request goes. */
export interface Route {
  readonly fleet: Fleet;
  readonly running: RunningVariant;
  /** Undefined where none is up. */
  readonly instance: Instance | undefined;
}

/**
 * Chooses the instance that answers a request: a variant by the weights, unless one is asked for; the
 * old fleet or the new one by the share of the new one that has traffic on; and of its instances one
 * at random, as AWS does by default, or the one with the fewest requests where the variant's
 * RoutingConfig says LEAST_OUTSTANDING_REQUESTS. One that is down is passed over.
 * @throws ServiceError ValidationError for a variant that is none.
 */
export function chooseRoute(endpoint: Endpoint, serving: Fleet, target?: string): Route {
  const { pending } = endpoint;
  const isShifted = pending?.fleet?.variants.every(
    (running) => activeShare(endpoint, running) === 1,
  );
  const lead = (isShifted === true && pending?.fleet) || serving;
  const name = target ?? chooseVariant(lead);
  const green = variantOf(pending?.fleet, name);
  const share = green === undefined ? 0 : activeShare(endpoint, green);
  if (green !== undefined && pending?.fleet !== undefined && Math.random() < share) {
    const instance = chooseInstance(green, Math.round(share * green.instances.length));
    return { fleet: pending.fleet, running: green, instance };
  }
  const blue = variantOf(lead, name);
  if (blue === undefined) {
    throw new ServiceError("ValidationError", `Variant ${name} not found for Request.`);
  }
  // As many of the old instances rest as new ones have taken over.
  const active = Math.max(1, Math.ceil((1 - share) * blue.instances.length));
  return { fleet: lead, running: blue, instance: chooseInstance(blue, active) };
}

/** How much of a variant of the new fleet has traffic on, from 0 to 1. */
function activeShare({ pending }: Endpoint, { variant, instances }: RunningVariant): number {
  return Math.min(1, (pending?.active.get(variant.VariantName) ?? 0) / instances.length);
}

function chooseVariant({ variants }: Fleet): string {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  let left = Math.random() * total;
  const chosen = variants.find(({ weight }) => (left -= weight) < 0);
  if (chosen !== undefined) return chosen.variant.VariantName;
  throw new ServiceError("ValidationError", "No variant of the endpoint has a weight above 0.");
}

/** One of the first `active` instances, or of the others where all of those are down. */
function chooseInstance(
  { variant, instances }: RunningVariant,
  active: number,
): Instance | undefined {
  const up = instances.slice(0, active).filter(({ isUp }) => isUp);
  const candidates = up.length > 0 ? up : instances.filter(({ isUp }) => isUp);
  return variant.RoutingConfig?.RoutingStrategy === "LEAST_OUTSTANDING_REQUESTS"
    ? candidates.toSorted((a, b) => a.inFlight - b.inFlight)[0]
    : candidates[Math.floor(Math.random() * candidates.length)];
}
