import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "./context.ts";

/** Requests a second that a teardown sends to one service; AWS's limits on deletions are not published. */
const PER_SECOND = 20;
/** So many at once after a pause, before the rate holds. */
const BURST = 20;

/**
 * A token bucket: `take` waits for its turn, so that over time no more than `perSecond` come through.
 */
export class Pace {
  readonly #perSecond: number;
  /** When the bucket will be full again, on the clock of `performance.now`. */
  #fullAt = performance.now();

  constructor(perSecond = PER_SECOND) {
    this.#perSecond = perSecond;
  }

  async take(signal: AbortSignal): Promise<void> {
    const interval = 1000 / this.#perSecond;
    const now = performance.now();
    this.#fullAt = Math.max(this.#fullAt, now) + interval;
    const wait = this.#fullAt - now - BURST * interval;
    if (wait > 0) await sleep(wait, undefined, { signal });
  }
}

/**
 * Bounds how many requests a second, retries included, go to each service but S3, until it is
 * disposed. The SDK's own limiter, retry mode `adaptive`, begins only when AWS has throttled one.
 */
export function bounded({ clients, signal }: Context): Disposable {
  const options = {
    step: "finalizeRequest",
    priority: "low",
    name: "scones-pace",
    override: true,
  } as const;
  const paced = () => {
    const pace = new Pace();
    return <Request, Response>(next: (request: Request) => Promise<Response>) =>
      async (request: Request): Promise<Response> => {
        await pace.take(signal);
        return next(request);
      };
  };
  const { sagemaker, cloudformation, autoscaling } = clients;
  sagemaker.middlewareStack.add(paced(), options);
  cloudformation.middlewareStack.add(paced(), options);
  autoscaling.middlewareStack.add(paced(), options);
  return {
    [Symbol.dispose]: () => {
      for (const { middlewareStack } of [sagemaker, cloudformation, autoscaling]) {
        middlewareStack.remove(options.name);
      }
    },
  };
}
