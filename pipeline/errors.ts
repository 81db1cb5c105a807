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

/** What was thrown, in words: an error's message, else its name, or the value as text. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  // Of a connection that failed at several addresses Node.js says nothing itself.
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [];
  return errors.map(messageOf).join(", ") || error.name;
}

/** Whether AWS says that what was asked for is not there, in the words of any of its services. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /could not find|resource ?not ?found|\bnot found|does not exist/i.test(
      `${error.name} ${error.message}`,
    )
  );
}

/** What AWS answers; undefined where what was asked for, or was to be deleted, is not there. */
export async function ifPresent<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
