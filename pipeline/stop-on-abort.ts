import type { Context } from "./context.ts";

/** For putting right what a cancelled run leaves: GitHub kills a cancelled step 10 s after it asks it to end. */
export const CANCEL_TIMEOUT_MS = 4000;

/** Something that is started at AWS and goes on costing until it is stopped. */
export interface Stoppable {
  /** Names it in the line that says what became of it: `training job scones-…`. */
  readonly what: string;
  readonly stop: (signal: AbortSignal) => Promise<unknown>;
  /** False leaves it running for a rerun to adopt. */
  readonly stopOnCancel: boolean | undefined;
}

/** Does `work`; when the run is cancelled meanwhile, stops what it had started before it fails. */
export async function stopOnAbort<T>(
  { signal, progress }: Context,
  { what, stop, stopOnCancel = true }: Stoppable,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    if (!stopOnCancel) {
      progress.line(`cancelled: ${what} goes on; run the step again and it is adopted`);
      throw error;
    }
    await stop(AbortSignal.timeout(CANCEL_TIMEOUT_MS)).then(
      () => progress.line(`cancelled: ${what} is being stopped`),
      (reason: unknown) =>
        progress.line(`cancelled, but ${what} could not be stopped: ${String(reason)}`),
    );
    throw error;
  }
}

/** Stops what was just started, where the run was cancelled meanwhile. @throws the signal's reason then */
export function stopIfCancelled(context: Context, stoppable: Stoppable): Promise<void> {
  return stopOnAbort(context, stoppable, async () => context.signal.throwIfAborted());
}
