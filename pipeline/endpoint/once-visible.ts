import type { Context } from "../context.ts";
import { poll } from "../poll.ts";

/**
 * Sends what names an endpoint configuration that was just made, until SageMaker sees that: it can be
 * invisible for up to a minute (eventual consistency).
 * @throws StepError where it stays invisible; whatever else `send` throws, at once.
 */
export async function onceVisible(context: Context, send: () => Promise<unknown>): Promise<void> {
  await poll(
    async () => {
      try {
        await send();
        return true;
      } catch (error) {
        if (error instanceof Error && /could not find endpoint config/i.test(error.message)) {
          return undefined;
        }
        throw error;
      }
    },
    {
      what: "The new endpoint configuration",
      timeoutMs: 60_000,
      intervalMs: 3000,
      signal: context.signal,
      resume: "It stays invisible to SageMaker; run the step again.",
    },
  );
}
