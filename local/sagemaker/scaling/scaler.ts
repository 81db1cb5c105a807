import type { ScalableTarget, ScalingPolicy } from "./autoscaling.ts";
import { changeCapacity } from "../endpoint/capacity.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { variantOf } from "../endpoint/fleet.ts";
import type { RunningVariant } from "../endpoint/running-variant.ts";
import { recordActivity } from "./scaling-activities.ts";
import { inMinutes, type PastScaling, wantedInstances } from "./scaling-decision.ts";
import type { Service } from "../service.ts";

/** What is known of a scalable target. */
interface History {
  /** Invocations per instance of the minute that runs. */
  running: number;
  /** Those of the minutes before, the latest first. */
  minutes: number[];
  lastOut?: { readonly at: number; readonly instances: number };
  lastIn?: { readonly at: number; readonly instances: number };
}

interface Scaling {
  readonly desired: number;
  readonly cause: string;
  /** Cooldowns are of policies' scalings only. */
  readonly isByPolicy: boolean;
}

/**
 * Application Auto Scaling at work: counts each target's invocations per instance, and every minute
 * acts on its target tracking policies. A target outside of its limits is brought into them at once.
 * Nothing is scaled while its endpoint changes.
 */
export class Scaler {
  readonly #minuteMs: number;
  readonly #histories = new Map<string, History>();

  constructor(minuteMs: number) {
    this.#minuteMs = minuteMs;
  }

  /** Begins the minutes; they end when the server closes. */
  start(service: Service): void {
    const timer = setInterval(() => this.#endMinute(service), this.#minuteMs);
    service.closing.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  /** Takes down a request to a variant on so many instances. */
  count(resourceId: string, instances: number): void {
    const history = this.#histories.get(resourceId);
    if (history !== undefined) history.running += 1 / instances;
  }

  /** Begins to count for a target, and brings it into its limits. */
  register(service: Service, target: ScalableTarget): void {
    const id = target.ResourceId ?? "";
    if (!this.#histories.has(id)) this.#histories.set(id, { running: 0, minutes: [] });
    this.#act(service, target, (current) => boundScaling(target, current));
  }

  /** Forgets a target. */
  deregister(resourceId: string): void {
    this.#histories.delete(resourceId);
  }

  #endMinute(service: Service): void {
    for (const history of this.#histories.values()) {
      history.minutes = [history.running, ...history.minutes].slice(0, inMinutes);
      history.running = 0;
    }
    for (const target of service.scalableTargets.values()) {
      this.#act(
        service,
        target,
        (current) => boundScaling(target, current) ?? this.#policyScaling(service, target, current),
      );
    }
  }

  /** Scales a target where `decide` wants it, and its endpoint is in service. */
  #act(
    service: Service,
    target: ScalableTarget,
    decide: (current: number) => Scaling | undefined,
  ): void {
    const found = findVariant(service, target);
    if (found === undefined || found.endpoint.status !== "InService") return;
    const { endpoint, running } = found;
    const before = running.desired;
    const scaling = decide(before);
    if (scaling === undefined) return;
    const size = new Map([[running.variant.VariantName, { instances: scaling.desired }]]);
    const change = async () => {
      const failure = await changeCapacity(service, endpoint, size);
      if (failure === undefined && scaling.isByPolicy)
        this.#remember(target, before, scaling.desired);
      return failure;
    };
    recordActivity(service, target, scaling, change().catch(String));
  }

  #remember({ ResourceId = "" }: ScalableTarget, before: number, desired: number): void {
    const history = this.#histories.get(ResourceId);
    if (history === undefined) return;
    const scaling = { at: Date.now(), instances: Math.abs(desired - before) };
    if (desired > before) history.lastOut = scaling;
    else history.lastIn = scaling;
  }

  /** The largest number that a policy wants; fewer than there are only where each wants fewer. */
  #policyScaling(service: Service, target: ScalableTarget, current: number): Scaling | undefined {
    const { ResourceId = "", MinCapacity = 1, MaxCapacity = 1, SuspendedState } = target;
    const history = this.#histories.get(ResourceId);
    if (history === undefined) return undefined;
    const wanted = [...service.scalingPolicies.values()]
      .filter((policy) => policy.ResourceId === ResourceId && tracks(policy))
      .map((policy) => ({ policy, wants: this.#wants(policy, history, current) }))
      .toSorted((a, b) => b.wants - a.wants);
    const [first] = wanted;
    if (first === undefined) return undefined;
    const desired = Math.min(MaxCapacity, Math.max(1, MinCapacity, first.wants));
    const isOut = desired > current;
    const isSuspended = isOut
      ? SuspendedState?.DynamicScalingOutSuspended
      : SuspendedState?.DynamicScalingInSuspended;
    if (desired === current || isSuspended === true) return undefined;
    const alarm = `TargetTracking-${ResourceId}-Alarm${isOut ? "High" : "Low"}`;
    const cause = `monitor alarm ${alarm} in state ALARM triggered policy ${first.policy.PolicyName}`;
    return { desired, cause, isByPolicy: true };
  }

  #wants(policy: ScalingPolicy, history: History, current: number): number {
    const { TargetTrackingScalingPolicyConfiguration: tracking } = policy;
    return wantedInstances({
      current,
      minutes: history.minutes,
      target: tracking?.TargetValue ?? Infinity,
      scaleOutCooldown: tracking?.ScaleOutCooldown,
      scaleInCooldown: tracking?.ScaleInCooldown,
      disableScaleIn: tracking?.DisableScaleIn,
      lastOut: this.#past(history.lastOut),
      lastIn: this.#past(history.lastIn),
    });
  }

  #past(scaling: History["lastOut"]): PastScaling | undefined {
    if (scaling === undefined) return undefined;
    const ageSeconds = ((Date.now() - scaling.at) / this.#minuteMs) * 60;
    return { ageSeconds, instances: scaling.instances };
  }
}

/** What brings a target into its limits. */
function boundScaling(
  { MinCapacity = 0, MaxCapacity = Infinity }: ScalableTarget,
  current: number,
): Scaling | undefined {
  const desired = Math.min(MaxCapacity, Math.max(MinCapacity, current));
  if (desired === current) return undefined;
  const limit = desired > current ? "minimum" : "maximum";
  return { desired, cause: `${limit} capacity was set to ${desired}`, isByPolicy: false };
}

function tracks({ TargetTrackingScalingPolicyConfiguration: tracking }: ScalingPolicy): boolean {
  const metric = tracking?.PredefinedMetricSpecification?.PredefinedMetricType;
  return metric === "SageMakerVariantInvocationsPerInstance";
}

function findVariant(
  { endpoints }: Service,
  { ResourceId = "" }: ScalableTarget,
): { endpoint: Endpoint; running: RunningVariant } | undefined {
  const [, endpointName = "", , variantName = ""] = ResourceId.split("/");
  const endpoint = endpoints.get(endpointName);
  const running = variantOf(endpoint?.fleet, variantName);
  return endpoint && running && { endpoint, running };
}
