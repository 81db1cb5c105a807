/** A failure that a person can act on: what failed, in which state, why, and what to do next. */
export class StepError extends Error {
  override readonly name = "StepError";
}

/** A wrong input or configuration, found before anything was started. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
