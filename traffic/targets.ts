import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { invokeEndpoint } from "../pipeline/endpoint/endpoint.ts";
import { execute } from "../pipeline/application/execution.ts";
import { confidence, predictedClass } from "../pipeline/evaluation/metrics.ts";
import { parseProbabilities } from "../pipeline/evaluation/probabilities.ts";
import type { Application } from "./application.ts";
import { pictureOf, placeOf, type Pool } from "./pictures.ts";
import type { Ask } from "./send.ts";
import { pooledKey } from "./staging.ts";
import { STRANGER, UNSURE } from "../pipeline/application/unrouted.ts";

/** Asks the endpoint itself, and judges its answer as the application would. */
export function toEndpoint(
  context: Context,
  { dataset, application }: Pick<Config, "dataset" | "application">,
  { endpointName }: Application,
  pool: Pool,
): Ask {
  return async (arrival) => {
    const answer = await invokeEndpoint(context, endpointName, pictureOf(arrival, pool));
    const probabilities = parseProbabilities(answer);
    if (probabilities === undefined) return { error: "no probabilities" };
    const sure = confidence({ probabilities }) >= application.confidence;
    const vehicle = dataset.classes[predictedClass(probabilities)];
    if (vehicle === undefined) return { error: STRANGER };
    return sure ? { vehicle } : { vehicle, error: UNSURE };
  };
}

/** Asks the state machine, about the pool as it is staged; nothing is published of what is not routed. */
export function toStateMachine(
  context: Context,
  { pictureBucket, stateMachineArn }: Application,
  prefix: string,
  pool: Pool,
): Ask {
  return async (arrival) => {
    const { status, error, output } = await execute(context, stateMachineArn, {
      bucket: pictureBucket,
      key: pooledKey(prefix, arrival.kind, placeOf(arrival, pool)),
      quiet: true,
    });
    if (status !== "SUCCEEDED") return { error: error || status };
    return { vehicle: String(output["vehicle"]) };
  };
}
