import { DeleteEndpointCommand, UpdateEndpointCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { notServing, settledEndpoint } from "./endpoint.ts";
import { StepError } from "./errors.ts";
import { setExpiry } from "./expiry.ts";
import { deregisterScaling, registerScaling } from "./scaling.ts";
import type { DeployedEndpoint } from "./steps/deploy-endpoint.ts";

interface Pace {
  readonly pollIntervalMs?: number;
}

/**
 * Takes a deployment back: where it updated the endpoint, the former model serves again, and stays; where
 * it made the endpoint, that is deleted. Nothing is done where it changed nothing, and where something
 * else serves by now: that is another deployment's.
 * @returns what serves now, in a sentence.
 * @throws StepError where the former model does not come back.
 */
export async function restoreEndpoint(
  context: Context,
  config: Config,
  deployment: DeployedEndpoint,
  pace: Pace = {},
): Promise<string> {
  const { endpointName, endpointConfigName, change, previousEndpointConfigName } = deployment;
  const before = await settledEndpoint(context, config, endpointName, pace);
  if (before === undefined) return `Endpoint ${endpointName} is gone.`;
  if (before.EndpointConfigName !== endpointConfigName) {
    return `Endpoint ${endpointName} serves ${before.EndpointConfigName} by now, which is left as it is.`;
  }
  if (change === "unchanged") {
    return `Endpoint ${endpointName} was not changed by this run, and is left as it is.`;
  }
  if (change === "created") {
    await deregisterScaling(context, endpointName); // a scaling activity would block the deletion
    await context.clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
    if ((await settledEndpoint(context, config, endpointName, pace)) !== undefined) {
      throw new StepError(`Endpoint ${endpointName} is still there: delete it.`);
    }
    return `Endpoint ${endpointName} was new and is deleted.`;
  }
  if (previousEndpointConfigName === undefined) {
    throw new StepError(
      `What endpoint ${endpointName} served before is not known: deploy a former model package.`,
    );
  }
  await update(context, config, endpointName, previousEndpointConfigName, pace);
  // A short life was said of the model that failed, not of this one.
  await setExpiry(context, before.EndpointArn, undefined);
  return `Endpoint ${endpointName} serves the former model again, by ${previousEndpointConfigName}, and stays.`;
}

async function update(
  context: Context,
  config: Config,
  endpointName: string,
  endpointConfigName: string,
  pace: Pace,
): Promise<void> {
  await deregisterScaling(context, endpointName); // a scaling activity would block the update
  try {
    await context.clients.sagemaker.send(
      new UpdateEndpointCommand({
        EndpointName: endpointName,
        EndpointConfigName: endpointConfigName,
      }),
    );
    const after = await settledEndpoint(context, config, endpointName, pace);
    if (after?.EndpointStatus !== "InService" || after.EndpointConfigName !== endpointConfigName) {
      throw notServing(endpointName, after);
    }
  } finally {
    await registerScaling(context, config, endpointName);
  }
}
