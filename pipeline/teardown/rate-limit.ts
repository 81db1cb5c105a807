import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";

/** Requests a second that a teardown sends to a service; most of AWS's limits are not published. */
const PER_SECOND = 20;
/** DescribeLogGroups has the lowest: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const LOGS_PER_SECOND = 10;
/** So many at once after a pause, before the rate holds. */
const BURST = 20;

/**
 * A token bucket: `take` waits for its turn, so that over time no more than `perSecond` come through.
 */
export class RateLimit {
  readonly #perSecond: number;
  /** When the bucket will be full again, on the clock of `performance.now`. */
  #fullAt = performance.now();

  constructor(perSecond: number) {
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
    name: "scones-rate-limit",
    override: true,
  } as const;
  const limited = (perSecond = PER_SECOND) => {
    const limit = new RateLimit(perSecond);
    return <Request, Response>(next: (request: Request) => Promise<Response>) =>
      async (request: Request): Promise<Response> => {
        await limit.take(signal);
        return next(request);
      };
  };
  const { sagemaker, cloudformation, autoscaling, cloudwatch, logs } = clients;
  sagemaker.middlewareStack.add(limited(), options);
  cloudformation.middlewareStack.add(limited(), options);
  autoscaling.middlewareStack.add(limited(), options);
  cloudwatch.middlewareStack.add(limited(), options);
  logs.middlewareStack.add(limited(LOGS_PER_SECOND), options);
  return {
    [Symbol.dispose]: () => {
      sagemaker.middlewareStack.remove(options.name);
      cloudformation.middlewareStack.remove(options.name);
      autoscaling.middlewareStack.remove(options.name);
      cloudwatch.middlewareStack.remove(options.name);
      logs.middlewareStack.remove(options.name);
    },
  };
}
