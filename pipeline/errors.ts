/** A failure that a person can act on: what failed, in which state, why, and what to do next. */
export class StepError extends Error {
  override readonly name = "StepError";
}

/**
 * What was measured is missing, damaged or altered, or was not measured at all: the gate stays closed,
 * and nothing of it is deployed.
 */
export class UnprovenError extends StepError {}

/** A wrong input or configuration, found before anything was started. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was thrown, in words: an error's message, else the value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
