import { Capture } from "./capture.ts";
import type { EndpointConfig, ServedVariant } from "./endpoint-configs.ts";
import { JobFailure, noCapacity } from "./job-failure.ts";
import type { ModelServer } from "./model-server.ts";
import { findModel, type Model } from "./models.ts";
import { serveModel } from "./served-model.ts";
import type { Service } from "./service.ts";

/** A production variant that serves. Its instances share one process. */
export interface RunningVariant {
  readonly variant: ServedVariant;
  readonly model: Model;
  readonly server: ModelServer;
  readonly capture: Capture | undefined;
  readonly resolved: Date;
}

/** What serves behind an endpoint: one configuration's variants. */
export interface Fleet {
  readonly config: EndpointConfig;
  readonly variants: readonly RunningVariant[];
}

/**
 * Starts every variant of a configuration; all or none.
 * @throws JobFailure with the FailureReason that AWS gives such an endpoint.
 */
export async function startFleet(
  service: Service,
  endpointName: string,
  config: EndpointConfig,
): Promise<Fleet> {
  const { DataCaptureConfig } = config.request;
  const started = await Promise.allSettled(
    config.variants.map(async (variant): Promise<RunningVariant> => {
      const model = findModel(service, variant.ModelName);
      return {
        variant,
        model,
        server: await startVariant(service, variant, model),
        capture:
          DataCaptureConfig &&
          new Capture(
            service.roles.s3(model.request.ExecutionRoleArn, model.arn),
            DataCaptureConfig,
            endpointName,
            variant.VariantName,
          ),
        resolved: new Date(),
      };
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
  await Promise.all(
    variants.map(async ({ server, capture }) => {
      await server.close();
      await capture?.flush();
    }),
  );
}

async function startVariant(
  service: Service,
  { VariantName, InstanceType }: ServedVariant,
  model: Model,
): Promise<ModelServer> {
  if (service.noCapacity.has(InstanceType)) throw new JobFailure(noCapacity);
  try {
    return await serveModel(service, model, service.closing);
  } catch (error) {
    if (error instanceof JobFailure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new JobFailure(
      `The primary container for production variant ${VariantName} did not pass the ping health ` +
        `check. Please check CloudWatch logs for this endpoint. (${why})`,
    );
  }
}
