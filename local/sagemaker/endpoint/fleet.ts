import type { EndpointConfig } from "./endpoint-configs.ts";
import { RunningVariant, type Size } from "./running-variant.ts";
import type { Service } from "../service.ts";

/** What serves behind an endpoint: one configuration's variants. */
export interface Fleet {
  readonly config: EndpointConfig;
  readonly variants: readonly RunningVariant[];
}

/** The size of each variant, by its name, as a configuration has it. */
export function sizesOf({ variants }: EndpointConfig): Map<string, Size> {
  return new Map(
    variants.map(({ VariantName, InitialInstanceCount, InitialVariantWeight }) => [
      VariantName,
      { instances: InitialInstanceCount, weight: InitialVariantWeight },
    ]),
  );
}

/** The size that each variant of a fleet is to have, by its name. */
export function currentSizes({ variants }: Fleet): Map<string, Size> {
  return new Map(
    variants.map(({ variant, desired, weight }) => [
      variant.VariantName,
      { instances: desired, weight },
    ]),
  );
}

/**
 * Starts every variant of a configuration; all or none.
 * @throws JobFailure with the FailureReason that AWS gives such an endpoint.
 */
export async function startFleet(
  service: Service,
  endpointName: string,
  config: EndpointConfig,
  sizes: ReadonlyMap<string, Size> = sizesOf(config),
): Promise<Fleet> {
  const started = await Promise.allSettled(
    config.variants.map((variant) => {
      const size = sizes.get(variant.VariantName) ?? { instances: 1, weight: 1 };
      return RunningVariant.launch(service, endpointName, config, variant, size);
    }),
  );
  const variants = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const fleet = { config, variants };
  const failed = started.find((one) => one.status === "rejected");
  if (failed === undefined) return fleet;
  await stopFleet(fleet);
  throw failed.reason;
}

/** Ends a fleet's processes and writes what they captured. */
export async function stopFleet({ variants }: Fleet): Promise<void> {
  await Promise.all(variants.map((variant) => variant.close()));
}

/** A fleet's variant by its name. */
export function variantOf(fleet: Fleet | undefined, name: string): RunningVariant | undefined {
  return fleet?.variants.find(({ variant }) => variant.VariantName === name);
}
