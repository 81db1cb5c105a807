import {
  type DeploymentConfig,
  UpdateEndpointCommand,
  VariantPropertyType,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { describeEndpoint, type Endpoint, notServing, settledEndpoint } from "./endpoint.ts";
import { type EndpointMoment, endpointMoment, momentLine } from "./endpoint-moment.ts";
import { messageOf, StepError } from "../errors.ts";
import { onceVisible } from "./once-visible.ts";
import { raisedAlarms } from "./rollback-alarms.ts";
import { endScaling, registerScaling } from "./scaling.ts";

/** GitHub kills a cancelled step 10 s after it asks it to end. */
const PUT_RIGHT_MS = 4000;

export interface EndpointUpdate {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  /** Made of the endpoint as it is once nothing scales it any more. */
  readonly plan: (endpoint: Endpoint) => UpdatePlan | Promise<UpdatePlan>;
  readonly pollIntervalMs?: number;
}

interface UpdatePlan {
  /** Keeps as many instances as there are, whatever the configuration says. */
  readonly keepInstances: boolean;
  readonly deploymentConfig: DeploymentConfig;
}

/**
 * Moves an endpoint that serves to another configuration, and checks that it serves that. Its scaling is
 * deregistered before, since a scaling activity would block the update, and registered with the
 * configuration's limits as soon as the endpoint serves again, by the new model or the former one.
 * Where the wait ends before the update does, scaling stays off: SageMaker takes no scaling of an
 * endpoint in an update, and the next deployment registers it.
 * @returns the endpoint before, during and after.
 * @throws StepError where the update is refused, rolled back, or left the endpoint not serving.
 */
export async function updateEndpoint(
  context: Context,
  config: Config,
  update: EndpointUpdate,
): Promise<EndpointMoment[]> {
  const { endpointName } = update;
  const before = await endpointMoment(context, endpointName, "before");
  const { deploymentConfig } = await start(context, config, update, before);
  const { settled, moments } = await follow(context, config, update, before).catch((error) => {
    context.progress.line(
      `scaling of ${endpointName} is off while it is updated: deploy-endpoint, run again, registers it`,
    );
    throw error;
  });
  if (settled?.EndpointStatus !== "InService") throw notServing(endpointName, settled);
  const complaint =
    settled.EndpointConfigName === update.endpointConfigName
      ? undefined
      : await rolledBack(context, { ...update, deploymentConfig }, settled, moments);
  const failure = await scaledAgain(context, config, endpointName, complaint);
  if (failure !== undefined) throw failure;
  return moments;
}

/** @throws StepError where the update does not begin; the endpoint is scaled then as it was before. */
async function start(
  context: Context,
  config: Config,
  update: EndpointUpdate,
  before: EndpointMoment,
): Promise<UpdatePlan> {
  const { endpointName, endpointConfigName } = update;
  let plan: UpdatePlan | undefined;
  try {
    const endpoint = await endScaling(context, config, endpointName, update);
    if (endpoint?.EndpointStatus !== "InService") throw notServing(endpointName, endpoint);
    if (endpoint.EndpointConfigName !== before.endpointConfigName) throw overtaken(endpoint);
    const { keepInstances, deploymentConfig } = (plan = await update.plan(endpoint));
    const command = new UpdateEndpointCommand({
      EndpointName: endpointName,
      EndpointConfigName: endpointConfigName,
      DeploymentConfig: deploymentConfig,
      ...(keepInstances && RETAIN_INSTANCES),
    });
    await onceVisible(context, () => context.clients.sagemaker.send(command));
    return plan;
  } catch (error) {
    return putRight(context, config, update, { plan, error });
  }
}

/**
 * After an update that did not begin: the endpoint is scaled again.
 * @returns the plan where it began all the same, and only the answer was lost.
 * @throws StepError that says so otherwise, and whether the endpoint is scaled.
 */
async function putRight(
  context: Context,
  config: Config,
  update: EndpointUpdate,
  { plan, error }: { readonly plan: UpdatePlan | undefined; readonly error: unknown },
): Promise<UpdatePlan> {
  const { endpointName, endpointConfigName } = update;
  // A cancelled run puts it right, too.
  const { aborted } = context.signal;
  const own = aborted ? { ...context, signal: AbortSignal.timeout(PUT_RIGHT_MS) } : context;
  const endpoint = await describeEndpoint(own, endpointName).catch(() => undefined);
  const pending = endpoint?.PendingDeploymentSummary?.EndpointConfigName;
  if (plan !== undefined && pending === endpointConfigName && !aborted) return plan;
  const refused = (then = "") =>
    new StepError(`Endpoint ${endpointName} was not updated: ${messageOf(error)}${then}`, {
      cause: error,
    });
  // Where another run updates it, that one registers scaling when it is done.
  if (pending !== undefined) throw refused();
  const settled = await settledEndpoint(own, config, endpointName, update).catch(() => undefined);
  if (settled?.EndpointStatus !== "InService") {
    throw refused("\nIts scaling is off: deploy-endpoint, run again, registers it.");
  }
  throw await scaledAgain(own, config, endpointName, refused());
}

const RETAIN_INSTANCES = {
  RetainAllVariantProperties: true,
  ExcludeRetainedVariantProperties: [
    { VariantPropertyType: VariantPropertyType.DesiredWeight },
    { VariantPropertyType: VariantPropertyType.DataCaptureConfig },
  ],
};

function overtaken({ EndpointName, EndpointConfigName }: Endpoint): StepError {
  return new StepError(
    `Endpoint ${EndpointName} serves ${EndpointConfigName}: another run updated it meanwhile. Re-run all jobs.`,
  );
}

async function follow(
  context: Context,
  config: Config,
  update: EndpointUpdate,
  before: EndpointMoment,
): Promise<{ settled: Endpoint | undefined; moments: EndpointMoment[] }> {
  const { endpointName } = update;
  const during = await endpointMoment(context, endpointName, "during");
  const settled = await settledEndpoint(context, config, endpointName, update);
  const after = await endpointMoment(context, endpointName, "after");
  return { settled, moments: [before, during, after] };
}

/** Registers scaling. What went wrong before it is never hidden by what goes wrong here. */
async function scaledAgain<E extends StepError | undefined>(
  context: Context,
  config: Config,
  endpointName: string,
  failure: E,
): Promise<E | StepError> {
  try {
    await registerScaling(context, config, endpointName);
    return failure;
  } catch (error) {
    const unscaled = `Endpoint ${endpointName} serves, and its scaling could not be registered: ${messageOf(error)}. Run deploy-endpoint again.`;
    return failure === undefined
      ? new StepError(unscaled, { cause: error })
      : new StepError(`${failure.message}\n${unscaled}`, { cause: failure });
  }
}

/** FailureReason can be empty after a roll-back, so that the alarms themselves are asked too. */
async function rolledBack(
  context: Context,
  update: EndpointUpdate & Pick<UpdatePlan, "deploymentConfig">,
  { EndpointConfigName, FailureReason }: Endpoint,
  moments: readonly EndpointMoment[],
): Promise<StepError> {
  const { endpointName, endpointConfigName, deploymentConfig } = update;
  const serves = `Endpoint ${endpointName} is InService with ${EndpointConfigName}, not with ${endpointConfigName}: `;
  if (EndpointConfigName !== moments[0]?.endpointConfigName) {
    return new StepError(`${serves}another run updated it meanwhile. Run the step again.`);
  }
  const alarms = (deploymentConfig.AutoRollbackConfiguration?.Alarms ?? []).flatMap(
    ({ AlarmName }) => AlarmName ?? [],
  );
  const raised = await raisedAlarms(context, alarms).catch(() => []);
  const inAlarm = raised.length === 0 ? "" : ` In ALARM: ${raised.join("; ")}.`;
  return new StepError(
    `${serves}the update was rolled back (${FailureReason ?? "no reason given"}).${inAlarm} The former model still serves.\n` +
      moments.map(momentLine).join("\n"),
  );
}
