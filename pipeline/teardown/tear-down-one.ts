import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explain } from "../explain.ts";
import { EXECUTION_MINUTES } from "../model-monitor/removal.ts";
import {
  type Left,
  teardown,
  TeardownError,
  type TeardownInput,
  type TornDown,
} from "../steps/teardown.ts";
import { expiredEnvironments } from "./expiry.ts";
import { LeaseError, withLease } from "./lease.ts";

/** Beyond the longest waits for Model Monitor and then for an endpoint: the rest goes beside it. */
const MARGIN_MINUTES = 30;

export interface TearDownOneInput extends TeardownInput {
  /** Of the lease: the run. */
  readonly holder: string;
  /** Why a run that works on the environment is not to be respected. */
  readonly override?: string | undefined;
  /** When its time was over, where it goes for that: it stays where that is no longer so. */
  readonly expiresAt: Date | undefined;
}

export interface TornOne extends TornDown {
  readonly left: readonly Left[];
}

/** What became of an environment: `stays` and `failed` say why. */
type Outcome =
  | { readonly torn: TornOne }
  | { readonly stays: string }
  | { readonly failed: string; readonly torn?: TornOne };

/**
 * Tears down one environment, under its lease unless it is a dry run.
 * @throws whatever is no TeardownError where it has not expired; the signal's reason on abort.
 */
export async function tearDownOne(
  context: Context,
  config: Config,
  input: TearDownOneInput,
): Promise<Outcome> {
  const { environment } = config;
  const { bucket, holder, override, expiresAt } = input;
  const hasExpired = expiresAt !== undefined;
  const since = hasExpired ? `, expired since ${expiresAt.toISOString()}` : "";
  context.progress.line(`environment ${environment}${since}`);
  const minutes = config.endpoint.maxWaitMinutes + EXECUTION_MINUTES + MARGIN_MINUTES;
  const lease = { bucket, holder, work: "teardown", minutes, override } as const;
  try {
    const done = input.dryRun
      ? await teardown(context, config, input)
      : await withLease(context, config, lease, async () =>
          hasExpired && !(await isExpired(context, config))
            ? undefined
            : teardown(context, config, input),
        );
    return done === undefined
      ? {
          stays: `Environment ${environment} had expired and was deployed again meanwhile: it stays.`,
        }
      : { torn: { ...done, left: [] } };
  } catch (error) {
    if (error instanceof TeardownError) {
      const { message, plan, deleted, left } = error;
      return { failed: message, torn: { plan, deleted, left } };
    }
    if (!hasExpired) throw error;
    if (error instanceof LeaseError) {
      return { stays: `Environment ${environment} has expired and is left. ${error.message}` };
    }
    context.signal.throwIfAborted();
    // It says nothing of the environments behind this one.
    return { failed: `Environment ${environment}: ${explain(error)}` };
  }
}

/** Those before it took their time: looks again. */
async function isExpired(context: Context, config: Config): Promise<boolean> {
  const { expired } = await expiredEnvironments(context, config);
  return expired.some(({ environment }) => environment === config.environment);
}
