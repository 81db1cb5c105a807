import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../pipeline/context.ts";
import type { Arrival } from "./arrivals.ts";
import type { Outcome } from "./tally.ts";

/** More requests than this are never under way at once: what comes then is not sent, and counted. */
const MAX_IN_FLIGHT = 500;

/** Asks the application about one picture. */
export type Ask = (arrival: Arrival) => Promise<Pick<Outcome, "vehicle" | "error">>;

export interface Sent {
  readonly outcomes: readonly Outcome[];
  /** Came while too many requests were under way. */
  readonly notSent: number;
  /** Were under way when the run was cancelled. */
  readonly cut: number;
  /** From the start until the last picture was sent or the run was cancelled. */
  readonly seconds: number;
}

/**
 * Sends pictures when they are due, whatever became of those before: an open loop, which an
 * application that gets slower does not slow down. A request that fails is an outcome. Once the run is
 * cancelled nothing more is sent, and what is under way is given up.
 */
export async function send(
  { signal, progress }: Pick<Context, "signal" | "progress">,
  load: readonly Arrival[],
  ask: Ask,
  maxInFlight = MAX_IN_FLIGHT,
): Promise<Sent> {
  const started = performance.now();
  const outcomes: Outcome[] = [];
  const inFlight = new Set<Promise<void>>();
  let notSent = 0;
  let cut = 0;
  let shown = started;
  const one = async (arrival: Arrival) => {
    const { kind, atMs } = arrival;
    const answer = await ask(arrival).catch((error: unknown) => ({ error: nameOf(error) }));
    if (signal.aborted) {
      cut += 1;
      return;
    }
    outcomes.push({ kind, ms: performance.now() - started - atMs, ...answer });
  };
  for (const [at, arrival] of load.entries()) {
    const early = arrival.atMs - (performance.now() - started);
    if (early > 0) await sleep(early, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    if (inFlight.size >= maxInFlight) {
      notSent += 1;
      continue;
    }
    const asked = one(arrival).finally(() => inFlight.delete(asked));
    inFlight.add(asked);
    if (performance.now() - shown < 1000) continue;
    shown = performance.now();
    progress.count(at + 1, load.length, "pictures sent", note(outcomes, inFlight.size));
  }
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(inFlight);
  return { outcomes, notSent, cut, seconds };
}

function note(outcomes: readonly Outcome[], inFlight: number): string {
  const errors = outcomes.filter(({ error }) => error !== undefined).length;
  return `${inFlight} under way, ${errors} not routed`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
