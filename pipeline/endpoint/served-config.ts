import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { type Endpoint, settledEndpoint } from "./endpoint.ts";
import { StepError } from "../errors.ts";
import type { Pace } from "../poll.ts";

/** An endpoint, and the configuration that a deployment made it serve. */
export interface ServedConfig {
  readonly endpointName: string;
  readonly endpointConfigName: string;
}

/**
 * The endpoint, if it serves that configuration once nothing changes it any more.
 * @throws StepError where it serves another one, or is gone.
 */
export async function requireServed(
  context: Context,
  config: Config,
  { endpointName, endpointConfigName }: ServedConfig,
  pace: Pace,
): Promise<Endpoint> {
  const endpoint = await settledEndpoint(context, config, endpointName, pace);
  if (endpoint?.EndpointConfigName === endpointConfigName) return endpoint;
  throw new StepError(
    endpoint === undefined
      ? `Endpoint ${endpointName} is gone, and was to serve ${endpointConfigName}. Run the pipeline again from its start.`
      : `Endpoint ${endpointName} serves ${endpoint.EndpointConfigName}, not ${endpointConfigName}: another run deployed it, or this one was taken back. Run the pipeline again from its start.`,
  );
}
