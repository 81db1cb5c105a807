import type {
  CapacitySize,
  DeploymentConfig,
  TrafficRoutingConfig,
} from "@aws-sdk/client-sagemaker";
import type { Size } from "./running-variant.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

/** One step of an update: traffic on some of the new instances, then a wait with an eye on the alarms. */
export interface ShiftStep {
  /** New instances with traffic on, by variant name. */
  readonly active: ReadonlyMap<string, number>;
  readonly kind: "canary" | "step" | "full";
  readonly bakeSeconds: number;
  readonly bakedBy: "WaitIntervalInSeconds" | "TerminationWaitInSeconds";
}

/** An update's way from the old fleet to the new one. */
export interface Shift {
  readonly steps: readonly ShiftStep[];
  /** Seconds after which it is rolled back, where it is not over by then. */
  readonly timeoutSeconds: number | undefined;
}

/**
 * The steps of a deployment configuration for a new fleet of these sizes: all at once unless it says
 * otherwise. Every step but the last bakes for the wait interval, the whole fleet for the termination
 * wait, as the messages of AWS's events say. A percentage is of each variant's instances, rounded down, at least one.
 * @throws ServiceError ValidationException for what AWS's API reference rules out: a canary over half of
 *   the instances, linear steps not between a tenth and half of them, and so both for one instance.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html and
 *   https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function shiftOf(
  config: Valid<DeploymentConfig> | undefined,
  sizes: ReadonlyMap<string, Size>,
): Shift {
  if (config?.RollingUpdatePolicy !== undefined) {
    throw refusal("RollingUpdatePolicy: the local SageMaker updates blue/green only.");
  }
  const policy = config?.BlueGreenUpdatePolicy;
  const routing = policy?.TrafficRoutingConfiguration;
  const full = new Map([...sizes].map(([name, { instances }]) => [name, instances]));
  const last: ShiftStep = {
    active: full,
    kind: "full",
    bakeSeconds: policy?.TerminationWaitInSeconds ?? 0,
    bakedBy: "TerminationWaitInSeconds",
  };
  const steps = routing === undefined ? [last] : [...gradually(routing, full), last];
  const timeoutSeconds = policy?.MaximumExecutionTimeoutInSeconds;
  const waits = steps.reduce((sum, { bakeSeconds }) => sum + bakeSeconds, 0);
  if (timeoutSeconds !== undefined && waits >= timeoutSeconds) {
    throw refusal(
      `MaximumExecutionTimeoutInSeconds ${timeoutSeconds} must be larger than the deployment's waits, ${waits} seconds.`,
    );
  }
  return { steps, timeoutSeconds };
}

/** The steps before the whole of the new fleet is on. */
function gradually(
  routing: Valid<TrafficRoutingConfig>,
  full: ReadonlyMap<string, number>,
): ShiftStep[] {
  const { Type, CanarySize, LinearStepSize, WaitIntervalInSeconds } = routing;
  const bake = { bakeSeconds: WaitIntervalInSeconds, bakedBy: "WaitIntervalInSeconds" } as const;
  if (Type === "CANARY") {
    if (CanarySize === undefined) throw refusal("CanarySize is required for CANARY.");
    return [{ active: portions("CanarySize", CanarySize, full, 0), kind: "canary", ...bake }];
  }
  if (Type === "LINEAR") {
    if (LinearStepSize === undefined) throw refusal("LinearStepSize is required for LINEAR.");
    const portion = portions("LinearStepSize", LinearStepSize, full, 10);
    const counts = [...full].map(([name, total]) => total / (portion.get(name) ?? total));
    return Array.from({ length: Math.ceil(Math.max(...counts)) - 1 }, (_, at) => ({
      active: new Map(
        [...full].map(([name, total]) => [
          name,
          Math.min(total, (at + 1) * (portion.get(name) ?? total)),
        ]),
      ),
      kind: "step",
      ...bake,
    }));
  }
  return [];
}

/** How many instances of each variant a size is; at least `fromPercent` of them, at most half. */
function portions(
  member: string,
  { Type, Value }: Valid<CapacitySize>,
  full: ReadonlyMap<string, number>,
  fromPercent: number,
): Map<string, number> {
  const range = fromPercent === 0 ? "at most 50%" : `${fromPercent}% to 50%`;
  return new Map(
    [...full].map(([name, total]) => {
      const isPercent = Type === "CAPACITY_PERCENT";
      const count = isPercent ? Math.max(1, Math.floor((total * Value) / 100)) : Value;
      const percent = isPercent ? Value : (100 * count) / total;
      if (percent >= fromPercent && percent <= 50 && 2 * count <= total) return [name, count];
      const asked = isPercent ? `${Value}%` : String(Value);
      throw refusal(
        `${member} must be ${range} of a variant's instances: ${asked} of ${name}'s ${total} is not.`,
      );
    }),
  );
}

function refusal(why: string): ServiceError {
  return validationException(`Invalid DeploymentConfig: ${why}`);
}
