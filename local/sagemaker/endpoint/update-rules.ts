import type { UpdateEndpointCommandInput } from "@aws-sdk/client-sagemaker";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointConfig } from "./endpoint-configs.ts";
import { sizesOf, variantOf } from "./fleet.ts";
import type { Size } from "./running-variant.ts";
import type { Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

/**
 * The size of each variant of an update's new fleet: its configuration's, or with
 * RetainAllVariantProperties that of the variant of the same name that serves.
 */
export function updatedSizes(
  { fleet }: Endpoint,
  config: EndpointConfig,
  input: Valid<UpdateEndpointCommandInput>,
): Map<string, Size> {
  const sizes = sizesOf(config);
  if (input.RetainAllVariantProperties !== true) return sizes;
  const excluded = new Set(
    input.ExcludeRetainedVariantProperties?.map(({ VariantPropertyType }) => VariantPropertyType),
  );
  for (const [name, size] of sizes) {
    const running = variantOf(fleet, name);
    if (running === undefined) continue;
    const isCountOverridden = excluded.has("DesiredInstanceCount");
    const isWeightOverridden = excluded.has("DesiredWeight");
    sizes.set(name, {
      instances: isCountOverridden ? size.instances : running.desired,
      weight: isWeightOverridden ? size.weight : running.weight,
    });
  }
  return sizes;
}

/**
 * Application Auto Scaling's targets keep their variant, on its type of instance.
 * @throws ServiceError ValidationException where an update would take it from them.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
 */
export function checkScalableTargets(
  { scalableTargets }: Service,
  { name, fleet }: Endpoint,
  config: EndpointConfig,
): void {
  const lost = (fleet?.variants ?? []).filter(({ variant }) => {
    const target = `endpoint/${name}/variant/${variant.VariantName}`;
    const after = config.variants.find(({ VariantName }) => VariantName === variant.VariantName);
    const isScaled = [...scalableTargets.values()].some(({ ResourceId }) => ResourceId === target);
    return isScaled && after?.InstanceType !== variant.InstanceType;
  });
  if (lost.length === 0) return;
  const names = lost.map(({ variant }) => `"${variant.VariantName}"`).join(", ");
  throw validationException(
    `The variant(s) [${names}] must be deregistered as scalable targets with AWS Auto Scaling ` +
      "before they can be removed or have their instance type updated.",
  );
}

/**
 * A gradual shift goes from each variant to the one of its name.
 * @throws ServiceError ValidationException where one has no counterpart.
 */
export function checkCounterparts({ fleet }: Endpoint, config: EndpointConfig): void {
  const before = (fleet?.variants ?? []).map(({ variant }) => variant.VariantName);
  const after = config.variants.map(({ VariantName }) => VariantName);
  if (before.toSorted().join() === after.toSorted().join()) return;
  throw validationException(
    `Traffic is shifted gradually between variants of the same names only: ${before.join(", ")} ` +
      `serve, ${after.join(", ")} are to.`,
  );
}
