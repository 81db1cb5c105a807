import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
} from "@aws-sdk/client-sagemaker";
import { approvedModel } from "../registry/approved-model.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import {
  describeEndpoint,
  type Endpoint,
  notServing,
  settledEndpoint,
} from "../endpoint/endpoint.ts";
import { trafficShift } from "../endpoint/deployment-config.ts";
import { describeEndpointConfig, ensureEndpointConfig } from "../endpoint/endpoint-config.ts";
import type { EndpointMoment } from "../endpoint/endpoint-moment.ts";
import { StepError } from "../errors.ts";
import { tryToMonitor, unmonitor } from "../model-monitor/monitor-serving.ts";
import { names } from "../names.ts";
import { onceVisible } from "../endpoint/once-visible.ts";
import { rollbackAlarms } from "../endpoint/rollback-alarms.ts";
import { expiryOf, expiryTag, setExpiry, setKeep } from "../teardown/expiry.ts";
import { requireSameClasses } from "../registry/same-classes.ts";
import { registerScaling } from "../endpoint/scaling.ts";
import { keepTag, tags } from "../tags.ts";
import { updateEndpoint } from "../endpoint/update-endpoint.ts";
import { lastVerified, setVerified, verifiedTags } from "../endpoint/verified.ts";

export interface DeployEndpointInput {
  readonly modelPackageArn: string;
  readonly bucket: string;
  /** From when on teardown may take the environment away; it stays where this is not given. */
  readonly expiresAt?: Date | "unchanged" | undefined;
  readonly run?: string | undefined;
  readonly pollIntervalMs?: number;
}

export interface DeployedEndpoint {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly change: "created" | "updated" | "unchanged";
}

export interface EndpointDeployment extends DeployedEndpoint {
  /** The endpoint before, during and after an update; empty where there was none. */
  readonly moments: readonly EndpointMoment[];
  readonly expiresAt: Date | undefined;
  /** Why Model Monitor does not watch what serves, where it was to and can't. */
  readonly warning: string | undefined;
}

/**
 * Serves an Approved model package at the environment's endpoint, with data capture and autoscaling,
 * and checks afterwards that what serves is what was asked for. One that serves already is updated by
 * blue/green deployment, which the application's alarms may roll back. Model Monitor then watches what
 * serves, where pipeline.yaml asks for it; that it can't is a warning, for what serves must be verified.
 * @throws StepError when the package is not Approved, was altered, or is of other classes than what serves,
 * the endpoint does not come up, the update is rolled back, or there is no endpoint whose expiry could be
 * left unchanged.
 */
export async function deployEndpoint(
  context: Context,
  config: Config,
  input: DeployEndpointInput,
): Promise<EndpointDeployment> {
  const modelName = await approvedModel(context, input);
  const endpointName = names.endpoint(config);
  const before = await settledEndpoint(context, config, endpointName, input);
  const formerExpiry = before && (await expiryOf(context, before.EndpointArn));
  if (input.expiresAt === "unchanged" && before === undefined) throw nothingToKeep(config);
  if (before !== undefined) await requireSameClasses(context, config, input.modelPackageArn);
  const expiresAt = input.expiresAt === "unchanged" ? formerExpiry : input.expiresAt;
  const endpointConfigName = await ensureEndpointConfig(context, config, {
    ...input,
    modelName,
  });
  // Before the wait: an old expiry must not take away what is being deployed.
  if (before !== undefined) {
    await setExpiry(context, before.EndpointArn, expiresAt);
    await setKeep(context, config, before.EndpointArn);
  }
  const deployed = { endpointName, endpointConfigName };
  const serving = async (
    change: DeployedEndpoint["change"],
    moments: readonly EndpointMoment[] = [],
  ): Promise<EndpointDeployment> => {
    context.progress.line(`endpoint ${endpointName} is InService (${change})`);
    const warning = await tryToMonitor(context, config, input);
    return { ...deployed, change, moments, expiresAt, warning };
  };
  if (before?.EndpointStatus === "InService") {
    if (before.EndpointConfigName !== endpointConfigName) {
      await keepVerified(context, before, formerExpiry);
      const moments = await update(context, config, input, endpointConfigName).catch(
        async (error: unknown) => {
          await keepExpiry(context, before, formerExpiry);
          throw error;
        },
      );
      return await serving("updated", moments);
    }
    await registerScaling(context, config, endpointName);
    return await serving("unchanged");
  }
  await create(context, config, { ...input, expiresAt }, { before, ...deployed });
  await registerScaling(context, config, endpointName);
  return await serving("created");
}

/** Made anew, it would stay for ever, which nobody said. */
function nothingToKeep({ environment }: Config): StepError {
  return new StepError(
    `Environment ${environment} has no endpoint whose expiry could be left unchanged: somebody tore it down. ` +
      "Say how many hours it is to live (keep-for), or nothing, so that it stays.",
  );
}

async function update(
  context: Context,
  config: Config,
  { pollIntervalMs = 10_000 }: DeployEndpointInput,
  endpointConfigName: string,
): Promise<EndpointMoment[]> {
  return updateEndpoint(context, config, {
    endpointName: names.endpoint(config),
    endpointConfigName,
    plan: async (endpoint) => {
      const added = await addedByScaling(context, config, endpoint);
      const { deploymentConfig, line } = trafficShift(
        config.endpoint,
        added ?? config.endpoint.instanceCount,
        await rollbackAlarms(context, config),
      );
      context.progress.line(line);
      return { keepInstances: added !== undefined, deploymentConfig };
    },
    pollIntervalMs,
  });
}

/**
 * How many instances there are where scaling has added some, which are not taken away under the load
 * that they were added for. Those that a former configuration began with are no such load.
 */
async function addedByScaling(
  context: Context,
  config: Config,
  { EndpointConfigName, ProductionVariants }: Endpoint,
): Promise<number | undefined> {
  const current = ProductionVariants?.[0]?.DesiredInstanceCount ?? 0;
  const served = await describeEndpointConfig(context, EndpointConfigName);
  const initial = served?.ProductionVariants?.[0]?.InitialInstanceCount ?? 0;
  return current > Math.max(initial, config.endpoint.instanceCount) ? current : undefined;
}

/** What serves without a word whether it verified is what a deployment that does not verify goes back to. */
async function keepVerified(
  context: Context,
  { EndpointArn, EndpointConfigName }: Endpoint,
  expiresAt: Date | undefined,
): Promise<void> {
  if ((await lastVerified(context, EndpointArn)) !== undefined) return;
  await setVerified(context, EndpointArn, { endpointConfigName: EndpointConfigName, expiresAt });
}

/** A model that serves on as it was keeps the life that it had; the update's own failure counts. */
async function keepExpiry(
  context: Context,
  { EndpointName = "", EndpointArn, EndpointConfigName }: Endpoint,
  expiresAt: Date | undefined,
): Promise<void> {
  try {
    const now = await describeEndpoint(context, EndpointName);
    if (now?.EndpointStatus !== "InService" || now.EndpointConfigName !== EndpointConfigName)
      return;
    await setExpiry(context, EndpointArn, expiresAt);
  } catch (error) {
    context.progress.line(
      `the expiry of endpoint ${EndpointName} was not put back: ${String(error)}`,
    );
  }
}

async function create(
  context: Context,
  config: Config,
  { run, expiresAt, ...pace }: DeployEndpointInput & { readonly expiresAt: Date | undefined },
  target: { before: Endpoint | undefined; endpointName: string; endpointConfigName: string },
): Promise<void> {
  const { endpointName, endpointConfigName, before } = target;
  const { sagemaker } = context.clients;
  const remove = async () => {
    await unmonitor(context, config, pace);
    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
    await settledEndpoint(context, config, endpointName, pace);
  };
  if (before !== undefined) {
    if (before.EndpointStatus !== "Failed") throw notServing(endpointName, before);
    context.progress.line(`endpoint ${endpointName} is Failed: deleted and made anew`);
    await remove();
  }
  await onceVisible(context, () =>
    sagemaker.send(
      new CreateEndpointCommand({
        EndpointName: endpointName,
        EndpointConfigName: endpointConfigName,
        Tags: [...tags(config, run), expiryTag(expiresAt), keepTag(config), ...verifiedTags()],
      }),
    ),
  );
  const after = await settledEndpoint(context, config, endpointName, pace);
  if (after?.EndpointStatus === "InService") return;
  if (after?.EndpointStatus !== "Failed") throw notServing(endpointName, after);
  await remove();
  await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: endpointConfigName }));
  throw notServing(endpointName, after, "It and its configuration were deleted.");
}
