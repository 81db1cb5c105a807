import { setTimeout as sleep } from "node:timers/promises";
import { StepError } from "./errors.ts";

/** What is soon over, as on a local AWS, is not waited for a whole interval. */
const FIRST_PAUSE_MS = 500;

/** How often a wait looks; as often as it finds right where that is not given. */
export interface Pace {
  readonly pollIntervalMs?: number;
}

/** How long a wait may take, and how often it looks. */
export interface Wait {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

interface PollOptions extends Wait {
  /** Names the awaited thing in the error: `training job scones-…`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** What to do when the time is over, for the error; a function where only then it is known. */
  readonly resume: string | (() => string);
}

/**
 * The one wait loop: asks `look` until it returns something other than undefined.
 * @throws StepError when the time is over; whatever `look` throws; the signal's reason on abort.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { what, timeoutMs, intervalMs, signal, resume }: PollOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let pause = Math.min(FIRST_PAUSE_MS, intervalMs);
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    const left = deadline - Date.now();
    if (left <= 0) {
      const next = typeof resume === "string" ? resume : resume();
      throw new StepError(
        `${what} did not finish within ${Math.round(timeoutMs / 1000)} s. ${next}`,
      );
    }
    await sleep(Math.min(pause, left), undefined, { signal });
    pause = Math.min(2 * pause, intervalMs);
  }
}
