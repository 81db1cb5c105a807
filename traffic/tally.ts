import type { Kind } from "./arrivals.ts";
import { percentile } from "../pipeline/application/percentile.ts";
import { STRANGER, UNSURE } from "../pipeline/application/unrouted.ts";

/** What became of one picture. */
export interface Outcome {
  readonly kind: Kind;
  /** Where it was routed, or would have been had the model been sure. */
  readonly vehicle?: string;
  /** Why it was not routed; THRESHOLD_CONFIDENCE_NOT_MET where the model is not sure, NOT_A_KNOWN_VEHICLE for anything else. */
  readonly error?: string;
  /** From when it was due to the answer, so that a generator that lags does not flatter; absent for a fleet. */
  readonly ms?: number;
}

/** Counts of pictures, and latencies in milliseconds. */
export interface Tally {
  readonly answered: number;
  readonly routed: number;
  readonly unsure: number;
  /** Taken for no vehicle. */
  readonly strangers: number;
  readonly failed: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly vehicles: Readonly<Record<string, number>>;
  readonly latency?: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
}

/** Counts outcomes; percentiles are nearest ranks. */
export function tally(outcomes: readonly Outcome[]): Tally {
  const errors = countBy(outcomes.flatMap(({ error }) => (error === undefined ? [] : [error])));
  const routed = outcomes.filter(({ error }) => error === undefined);
  const { [UNSURE]: unsure = 0, [STRANGER]: strangers = 0 } = errors;
  const ms = outcomes.flatMap((one) => (one.ms === undefined ? [] : [one.ms]));
  const ascending = ms.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(ascending, share));
  return {
    answered: outcomes.length,
    routed: routed.length,
    unsure,
    strangers,
    failed: outcomes.length - routed.length - unsure - strangers,
    errors,
    vehicles: countBy(routed.map(({ vehicle = "?" }) => vehicle)),
    ...(ms.length > 0 && { latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) } }),
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
