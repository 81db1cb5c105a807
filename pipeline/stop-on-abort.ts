import type { Context } from "./context.ts";

/**
 * Does `work`; when the run is cancelled meanwhile, stops what it had started before it fails, so
 * that nothing goes on costing. `what` names it in the line that says so.
 */
export async function stopOnAbort<T>(
  { signal, progress }: Context,
  what: string,
  stop: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) {
      await stop().then(
        () => progress.line(`cancelled: ${what} is being stopped`),
        (reason: unknown) =>
          progress.line(`cancelled, but ${what} could not be stopped: ${String(reason)}`),
      );
    }
    throw error;
  }
}
