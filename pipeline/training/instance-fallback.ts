import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";

/** A job of an earlier run or this one. */
export interface Found<Job> {
  readonly job: Job;
  /** True where the job of an earlier run was taken over. */
  readonly adopted: boolean;
}

/** A kind of job that may find no room on an instance type. */
export interface Fallback<Job> {
  /** The job that is there, or what makes one. */
  readonly find: (
    instanceType: string,
  ) => Promise<Found<Job> | { readonly create: () => Promise<Job> }>;
  /** Why AWS had no room for a job; undefined where it had, or the job is not over. */
  readonly lack: (job: Job) => Promise<string | undefined> | string | undefined;
}

/** Why there is no room, by the instance type. */
type Full = Map<string, string>;

/**
 * A job that is there on any of `training.instanceTypes`, else a new one on the first that is not
 * `full`, which grows by those that AWS has no capacity for. An earlier run's lack is not remembered.
 * @throws StepError where there is no room on any of them.
 */
export async function startWithFallback<Job>(
  context: Context,
  { training: { instanceTypes } }: Config,
  full: Full,
  { find, lack }: Fallback<Job>,
): Promise<Found<Job> & { readonly instanceType: string }> {
  const free = [];
  for (const instanceType of instanceTypes) {
    const found = await find(instanceType);
    if ("create" in found) {
      free.push({ instanceType, create: found.create });
      continue;
    }
    const reason = await lack(found.job);
    if (reason === undefined) return { ...found, instanceType };
    full.set(instanceType, reason);
  }
  for (const { instanceType, create } of free) {
    if (full.has(instanceType)) continue;
    const job = await create();
    const reason = await lack(job);
    if (reason === undefined) return { job, adopted: false, instanceType };
    noteLack(context, full, instanceType, reason);
  }
  throw new StepError(
    `AWS has no capacity for any of ${instanceTypes.join(", ")}. ` +
      [...full].map(([type, reason]) => `${type}: ${reason.replace(/\.?$/, ".")} `).join("") +
      "Add another type to training.instanceTypes, or run again later.",
  );
}

/** Starts jobs and waits for them until one is over for which AWS had room. */
export async function finishWithFallback<Job>(
  context: Context,
  config: Config,
  fallback: Fallback<Job>,
  wait: (found: Found<Job>) => Promise<Job>,
): Promise<Found<Job>> {
  const full: Full = new Map();
  for (;;) {
    const { instanceType, ...found } = await startWithFallback(context, config, full, fallback);
    const job = await wait(found);
    const reason = await fallback.lack(job);
    if (reason === undefined) return { ...found, job };
    noteLack(context, full, instanceType, reason);
  }
}

function noteLack({ progress }: Context, full: Full, instanceType: string, reason: string): void {
  full.set(instanceType, reason);
  progress.line(`no capacity for ${instanceType}: ${reason}`);
}
