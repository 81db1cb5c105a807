import type { DeploymentConfig } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";

/** How an update moves the traffic, and the sentence that says so. */
interface TrafficShift {
  readonly deploymentConfig: DeploymentConfig;
  readonly line: string;
}

/**
 * UpdateEndpoint's DeploymentConfig for a new fleet of `instanceCount` instances. The first step of a
 * canary, and each of a linear shift, is a whole number of instances, at most half of them, as the API
 * wants it. One instance takes the traffic all at once, and so does a fleet that no alarm watches:
 * nothing could roll it back, so that waiting would prove nothing. The whole new fleet is watched for the
 * termination wait, while the former one is still there to go back to.
 */
export function trafficShift(
  { deployment, maxWaitMinutes }: Pick<Config["endpoint"], "deployment" | "maxWaitMinutes">,
  instanceCount: number,
  alarms: readonly string[],
): TrafficShift {
  const { strategy, stepPercent, bakeSeconds, terminationWaitSeconds } = deployment;
  const shift = (line: string, routing: Routing): TrafficShift => ({
    line: alarms.length === 0 ? line : `${line}, watched by ${alarms.join(", ")}`,
    deploymentConfig: {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: routing,
        TerminationWaitInSeconds: alarms.length === 0 ? 0 : terminationWaitSeconds,
        MaximumExecutionTimeoutInSeconds: maxWaitMinutes * 60,
      },
      ...(alarms.length > 0 && {
        AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) },
      }),
    },
  });
  const allAtOnce = { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 } as const;
  if (alarms.length === 0) {
    return shift("traffic moves all at once: no alarm could roll it back", allAtOnce);
  }
  if (strategy === "all-at-once") return shift("traffic moves all at once", allAtOnce);
  if (instanceCount === 1) {
    return shift("traffic moves all at once, as the fleet has one instance", allAtOnce);
  }
  const Value = Math.min(
    Math.floor(instanceCount / 2),
    Math.ceil((instanceCount * stepPercent) / 100),
  );
  const size = { Type: "INSTANCE_COUNT", Value } as const;
  const wait = { WaitIntervalInSeconds: bakeSeconds };
  return strategy === "canary"
    ? shift(
        `traffic moves to ${Value} of ${instanceCount} instances and ${bakeSeconds} s later to the rest`,
        { Type: "CANARY", CanarySize: size, ...wait },
      )
    : shift(`traffic moves by ${Value} of ${instanceCount} instances every ${bakeSeconds} s`, {
        Type: "LINEAR",
        LinearStepSize: size,
        ...wait,
      });
}

type Routing = NonNullable<
  NonNullable<DeploymentConfig["BlueGreenUpdatePolicy"]>["TrafficRoutingConfiguration"]
>;

/**
 * The longest that a deployment waits by its configuration, in seconds. Whether a canary's whole fleet
 * bakes for the wait interval too, AWS's guide leaves open; an odd fleet moves by halves in three steps.
 */
export function shiftSeconds(deployment: Config["endpoint"]["deployment"]): number {
  const { strategy, stepPercent, bakeSeconds, terminationWaitSeconds } = deployment;
  const steps = Math.max(3, Math.ceil(100 / stepPercent));
  const bakes = { canary: 2, linear: steps, "all-at-once": 0 }[strategy];
  return bakes * bakeSeconds + terminationWaitSeconds;
}
