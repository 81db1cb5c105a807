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
import { CANCEL_TIMEOUT_MS } from "../stop-on-abort.ts";
import { onceVisible } from "./once-visible.ts";
import { raisedAlarms } from "./rollback-alarms.ts";
import { endScaling, registerScaling } from "./scaling.ts";

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

/** What an update came to. */
interface Ended {
  /** The endpoint, which nothing changes any more; undefined where it is gone, or another run changes it. */
  readonly settled: Endpoint | undefined;
  /** Why it does not serve what it was to. */
  readonly failure: StepError | undefined;
  readonly moments: EndpointMoment[];
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
  const begun = await begin(context, config, update, before);
  const { settled, failure, moments } =
    "plan" in begun ? await follow(context, config, update, { before, ...begun.plan }) : begun;
  const isServing = settled?.EndpointStatus === "InService";
  const error = isServing ? await scaledAgain(context, config, endpointName, failure) : failure;
  if (error !== undefined) throw error;
  return moments;
}

/** @returns the plan of an update that began, or why it did not. */
async function begin(
  context: Context,
  config: Config,
  update: EndpointUpdate,
  before: EndpointMoment,
): Promise<{ readonly plan: UpdatePlan } | Ended> {
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
    return { plan };
  } catch (error) {
    return notBegun(context, config, update, { before, plan, error });
  }
}

/** After an error; where the update began all the same, and only the answer was lost, its plan. */
async function notBegun(
  context: Context,
  config: Config,
  update: EndpointUpdate,
  failed: {
    readonly before: EndpointMoment;
    readonly plan: UpdatePlan | undefined;
    readonly error: unknown;
  },
): Promise<{ readonly plan: UpdatePlan } | Ended> {
  const { endpointName, endpointConfigName } = update;
  const { before, plan, error } = failed;
  // A cancelled run puts it right, too.
  const { aborted } = context.signal;
  const own = aborted ? { ...context, signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) } : context;
  const endpoint = await describeEndpoint(own, endpointName).catch(() => undefined);
  const pending = endpoint?.PendingDeploymentSummary?.EndpointConfigName;
  if (plan !== undefined && pending === endpointConfigName && !aborted) return { plan };
  const refused = (then = "") =>
    new StepError(`Endpoint ${endpointName} was not updated: ${messageOf(error)}${then}`, {
      cause: error,
    });
  const moments = [before];
  // Where another run updates it, that one registers scaling when it is done.
  if (pending !== undefined) return { settled: undefined, failure: refused(), moments };
  const settled = await settledEndpoint(own, config, endpointName, update).catch(() => undefined);
  const isServing = settled?.EndpointStatus === "InService";
  const off = "\nIts scaling is off: deploy-endpoint, run again, registers it.";
  return { settled, failure: refused(isServing ? "" : off), moments };
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
    `Endpoint ${EndpointName} serves ${EndpointConfigName}: another run updated it meanwhile. Run the pipeline again from its start.`,
  );
}

/**
 * Waits until an update that began is over.
 * @throws whatever the wait does: what the endpoint is then is not known.
 */
async function follow(
  context: Context,
  config: Config,
  update: EndpointUpdate,
  { before, deploymentConfig }: UpdatePlan & { readonly before: EndpointMoment },
): Promise<Ended> {
  const { endpointName } = update;
  try {
    const during = await endpointMoment(context, endpointName, "during");
    const settled = await settledEndpoint(context, config, endpointName, update);
    const after = await endpointMoment(context, endpointName, "after");
    const moments = [before, during, after];
    const failure = await failureOf(context, { ...update, deploymentConfig }, settled, moments);
    return { settled, failure, moments };
  } catch (error) {
    context.progress.line(
      `scaling of ${endpointName} is off while it is updated: deploy-endpoint, run again, registers it`,
    );
    throw error;
  }
}

/** Registers scaling. What went wrong before it is never hidden by what goes wrong here. */
async function scaledAgain(
  context: Context,
  config: Config,
  endpointName: string,
  failure: StepError | undefined,
): Promise<StepError | undefined> {
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

/** Why an endpoint does not serve what it was updated to; undefined where it does. */
async function failureOf(
  context: Context,
  update: EndpointUpdate & Pick<UpdatePlan, "deploymentConfig">,
  settled: Endpoint | undefined,
  moments: readonly EndpointMoment[],
): Promise<StepError | undefined> {
  const { endpointName, endpointConfigName, deploymentConfig } = update;
  if (settled?.EndpointStatus !== "InService") return notServing(endpointName, settled);
  const { EndpointConfigName, FailureReason } = settled;
  if (EndpointConfigName === endpointConfigName) return undefined;
  const serves = `Endpoint ${endpointName} is InService with ${EndpointConfigName}, not with ${endpointConfigName}: `;
  if (EndpointConfigName !== moments[0]?.endpointConfigName) {
    return new StepError(`${serves}another run updated it meanwhile. Run the step again.`);
  }
  // FailureReason can be empty after a roll-back, so that the alarms themselves are asked too.
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
