import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { type Holding, type Lease, releaseLease, takeLease } from "../pipeline/teardown/lease.ts";

/** How long an action may keep teardown off its environment. */
export interface LeaseTerms {
  /** The action's longest work. */
  readonly minutes: (config: Config) => number;
  /** Of the pipeline where it is not given, whose newer runs take over from older ones. */
  readonly work?: Holding["work"];
  /** Whether nothing of the pipeline comes after it. */
  readonly last?: boolean;
}

/** Until the next job of the workflow has a runner. */
const NEXT_JOB_MINUTES = 60;
/** GitHub kills a cancelled step after ten seconds. */
const RELEASE_MS = 2000;

/**
 * Runs an action's work under the environment's lease, which the run of the workflow takes in its first
 * job and renews in each: it stays after the work, for the next job, and is given back where none comes.
 * Without a run or a bucket, nothing is taken.
 */
export async function underLease(
  context: Context,
  config: Config,
  { terms, run }: { terms: LeaseTerms | undefined; run: string | undefined },
  work: () => Promise<void>,
): Promise<void> {
  const { bucket } = config;
  if (terms === undefined || run === undefined || bucket === undefined) return work();
  const lease = await takeLease(context, config, {
    bucket,
    holder: run,
    work: terms.work ?? "pipeline",
    minutes: terms.minutes(config) + NEXT_JOB_MINUTES,
  });
  let ended = true;
  try {
    await work();
    ended = terms.last === true;
  } finally {
    if (ended) await giveBack(context, lease);
  }
}

/** With a clock of its own, since the work may have been cancelled. Where it fails, the lease ends by itself. */
async function giveBack(context: Context, lease: Lease): Promise<void> {
  const signal = AbortSignal.timeout(RELEASE_MS);
  await releaseLease({ ...context, signal }, lease).catch((error: unknown) => {
    context.progress.line(`the environment's lease was not given back: ${String(error)}`);
  });
}
