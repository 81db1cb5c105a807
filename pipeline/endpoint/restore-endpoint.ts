import { DeleteEndpointCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { settledEndpoint } from "./endpoint.ts";
import { endpointMoment, momentLine } from "./endpoint-moment.ts";
import { StepError } from "../errors.ts";
import type { Pace } from "../poll.ts";
import { expiryText, setExpiry } from "../teardown/expiry.ts";
import { tryToMonitor, unmonitor } from "../model-monitor/monitor-serving.ts";
import { endScaling } from "./scaling.ts";
import type { ServedConfig } from "./served-config.ts";
import { updateEndpoint } from "./update-endpoint.ts";
import { lastVerified, type Verified } from "./verified.ts";

/**
 * Takes back what a deployment serves: what verified before serves again, and lives as long as it was
 * to; where nothing ever did, the endpoint is deleted. Nothing is done where it verified itself in an
 * earlier run, and where something else serves by now: that is another deployment's.
 * @returns what serves now, in a sentence; behind it, line by line, the endpoint before, during and after, and why
 * Model Monitor does not watch it, where that is so.
 * @throws StepError where the former model does not come back.
 */
export async function restoreEndpoint(
  context: Context,
  config: Config,
  { endpointName, endpointConfigName }: ServedConfig,
  pace: Pace = {},
): Promise<string> {
  const found = await settledEndpoint(context, config, endpointName, pace);
  if (found === undefined) return `Endpoint ${endpointName} is gone.`;
  if (found.EndpointConfigName !== endpointConfigName) {
    return `Endpoint ${endpointName} serves ${found.EndpointConfigName} by now, which is left as it is.`;
  }
  const verified = await lastVerified(context, found.EndpointArn);
  if (verified === undefined) {
    return `Endpoint ${endpointName} does not say what verified before, and is left as it is: deploy a former model package.`;
  }
  if (verified.endpointConfigName === endpointConfigName) {
    return `Endpoint ${endpointName} serves what verified in an earlier run, and is left as it is.`;
  }
  if (verified.endpointConfigName === undefined) {
    return takeDown(context, config, endpointName, pace);
  }
  // All at once, without alarms: the former model has served before, each minute longer serves the one
  // that failed, and alarms that this one has raised would roll the way back, back.
  const moments = await updateEndpoint(context, config, {
    ...pace,
    endpointName,
    endpointConfigName: verified.endpointConfigName,
    plan: () => ({
      keepInstances: true,
      deploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 },
        },
      },
    }),
  });
  // The life that was said of the model that failed is not this one's.
  await setExpiry(context, found.EndpointArn, verified.expiresAt);
  const warning = await tryToMonitor(context, config, pace);
  return [
    `Endpoint ${endpointName} serves the former model again, by ${verified.endpointConfigName}, and ${stays(verified)}.`,
    ...moments.map(momentLine),
    ...(warning === undefined ? [] : [warning]),
  ].join("\n");
}

function stays({ expiresAt }: Verified): string {
  return expiresAt === undefined ? "stays" : `expires at ${expiryText(expiresAt)} as before`;
}

async function takeDown(
  context: Context,
  config: Config,
  endpointName: string,
  pace: Pace,
): Promise<string> {
  const before = await endpointMoment(context, endpointName, "before");
  await endScaling(context, config, endpointName, pace);
  await unmonitor(context, config, pace);
  await context.clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
  const during = await endpointMoment(context, endpointName, "during");
  if ((await settledEndpoint(context, config, endpointName, pace)) !== undefined) {
    throw new StepError(`Endpoint ${endpointName} is still there: delete it.`);
  }
  const after = await endpointMoment(context, endpointName, "after");
  return [
    `Nothing that endpoint ${endpointName} served ever verified: it is deleted.`,
    ...[before, during, after].map(momentLine),
  ].join("\n");
}
