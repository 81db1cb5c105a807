/** Minutes that the metric is over the target before a policy scales out, and under it before it scales in. */
const outMinutes = 3;
export const inMinutes = 15;
/** A policy scales in only where the metric is under this part of its target. */
const inPart = 0.9;
const defaultCooldownSeconds = 300;

/** A scaling that a policy did, and how long ago it was over. */
export interface PastScaling {
  readonly ageSeconds: number;
  /** Instances that it added, or took away. */
  readonly instances: number;
}

/** What a target tracking policy decides on. */
export interface Tracked {
  /** Instances now. */
  readonly current: number;
  /** Invocations per instance of the past minutes, the latest first. */
  readonly minutes: readonly number[];
  readonly target: number;
  readonly scaleOutCooldown?: number | undefined;
  readonly scaleInCooldown?: number | undefined;
  readonly disableScaleIn?: boolean | undefined;
  /** The last scalings of the target by its policies, if any. */
  readonly lastOut?: PastScaling | undefined;
  readonly lastIn?: PastScaling | undefined;
}

/**
 * The number of instances that a target tracking policy wants: as many as bring the last minute's
 * metric to its target, where that was exceeded for three minutes, or not reached for fifteen; as many
 * as there are otherwise, and while a cooldown lasts. In the cooldown of a scale-out only a larger one
 * counts, and what was added already is part of it.
 * Source: https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html;
 * three, fifteen and nine tenths are of the alarms that such policies make, not of the guide.
 */
export function wantedInstances(tracked: Tracked): number {
  const { current, minutes, target, lastOut, lastIn } = tracked;
  const needed = Math.ceil((current * (minutes[0] ?? 0)) / target);
  const isHigh = every(minutes, outMinutes, (value) => value > target);
  if (isHigh && needed > current) {
    const cooldown = tracked.scaleOutCooldown ?? defaultCooldownSeconds;
    if (lastOut === undefined || lastOut.ageSeconds >= cooldown) return needed;
    return Math.max(current, needed - lastOut.instances);
  }
  const isLow = every(minutes, inMinutes, (value) => value < inPart * target);
  const inCooldown = tracked.scaleInCooldown ?? defaultCooldownSeconds;
  const isCooling = lastIn !== undefined && lastIn.ageSeconds < inCooldown;
  if (!isLow || tracked.disableScaleIn === true || isCooling) return current;
  return Math.min(current, needed);
}

function every(
  minutes: readonly number[],
  count: number,
  holds: (value: number) => boolean,
): boolean {
  return minutes.length >= count && minutes.slice(0, count).every(holds);
}
