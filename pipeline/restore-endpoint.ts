import { DeleteEndpointCommand, UpdateEndpointCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { notServing, settledEndpoint } from "./endpoint.ts";
import { StepError } from "./errors.ts";
import { deregisterScaling, registerScaling } from "./scaling.ts";
import type { DeployedEndpoint } from "./steps/deploy-endpoint.ts";

/** A deployment as far as it can be taken back. */
export type Deployment = Pick<
  DeployedEndpoint,
  "endpointName" | "change" | "previousEndpointConfigName"
>;

/**
 * Takes a deployment back: where it updated the endpoint, the former model serves again; where it made
 * the endpoint, that is deleted; where it changed nothing, nothing is done.
 * @returns what serves now, in a sentence.
 * @throws StepError where the former model does not come back.
 */
export async function restoreEndpoint(
  context: Context,
  config: Config,
  { endpointName, change, previousEndpointConfigName }: Deployment,
  pace: { readonly pollIntervalMs?: number } = {},
): Promise<string> {
  const { sagemaker } = context.clients;
  if (change === "unchanged") return `Endpoint ${endpointName} serves what it served before.`;
  await deregisterScaling(context, endpointName); // a scaling activity would block either
  if (change === "created") {
    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
    await settledEndpoint(context, config, endpointName, pace);
    return `Endpoint ${endpointName} was new and is deleted.`;
  }
  if (previousEndpointConfigName === undefined) {
    throw new StepError(
      `What endpoint ${endpointName} served before is not known: deploy a former model package.`,
    );
  }
  await sagemaker.send(
    new UpdateEndpointCommand({
      EndpointName: endpointName,
      EndpointConfigName: previousEndpointConfigName,
    }),
  );
  const after = await settledEndpoint(context, config, endpointName, pace);
  if (
    after?.EndpointStatus !== "InService" ||
    after.EndpointConfigName !== previousEndpointConfigName
  ) {
    throw notServing(endpointName, after);
  }
  await registerScaling(context, config, endpointName);
  return `Endpoint ${endpointName} serves the former model again, by ${previousEndpointConfigName}.`;
}
