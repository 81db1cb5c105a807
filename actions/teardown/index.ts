import type { Config } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { expiredEnvironments } from "../../pipeline/teardown/expiry.ts";
import { explain } from "../../pipeline/explain.ts";
import { StepError } from "../../pipeline/errors.ts";
import { EXECUTION_MINUTES } from "../../pipeline/model-monitor/removal.ts";
import { LeaseError, withLease } from "../../pipeline/teardown/lease.ts";
import { teardown, TeardownError } from "../../pipeline/steps/teardown.ts";
import { common, defineAction, runAction } from "../action.ts";
import { count, flag, optional, override as overriding, text, withDefault } from "../inputs.ts";
import { bucketOf } from "../settings.ts";
import { teardownSummary, type Torn } from "../summary/teardown.ts";

/** Beyond the longest waits for Model Monitor and then for an endpoint: the rest goes beside it. */
const MARGIN_MINUTES = 30;

export const action = defineAction({
  inputs: {
    ...common,
    expiredOnly: withDefault("false", flag),
    dryRun: withDefault("false", flag),
    confirm: optional(text),
    overrideLease: optional(text),
    keepReports: overriding("teardown.keepReports", flag),
    keepModels: overriding("teardown.keepModels", flag),
    keepLabels: overriding("teardown.keepLabels", flag),
    timeoutMinutes: overriding("endpoint.maxWaitMinutes", count),
  },
  outputs: ["deleted", "left", "environments"],
  async run({ context, config, inputs, run = "teardown", output, summarize, notice }) {
    const { expiredOnly, dryRun, confirm, overrideLease: override } = inputs;
    const bucket = bucketOf(config);
    const input = { bucket, dryRun, confirm };
    const { expired, unreadable } = expiredOnly
      ? await expiredEnvironments(context, config)
      : { expired: [{ environment: config.environment, expiresAt: undefined }], unreadable: [] };
    const environments: string[] = [];
    const torn: Torn[] = [];
    const failures = [...unreadable];
    let deleted = 0;
    for (const { environment, expiresAt } of expired) {
      const one = { ...config, environment };
      const since = expiresAt && `, expired since ${expiresAt.toISOString()}`;
      context.progress.line(`environment ${environment}${since ?? ""}`);
      try {
        const minutes = config.endpoint.maxWaitMinutes + EXECUTION_MINUTES + MARGIN_MINUTES;
        const lease = { bucket, holder: run, work: "teardown", minutes, override } as const;
        const done = dryRun
          ? await teardown(context, one, input)
          : await withLease(context, one, lease, async () =>
              expiredOnly && !(await isExpired(context, one))
                ? undefined
                : teardown(context, one, input),
            );
        if (done === undefined) {
          notice(
            `Environment ${environment} had expired and was deployed again meanwhile: it stays.`,
          );
          continue;
        }
        torn.push({ plan: done.plan, expiresAt, dryRun, left: [] });
        deleted += done.deleted.length;
      } catch (error) {
        if (error instanceof LeaseError && expiredOnly) {
          notice(`Environment ${environment} has expired and is left. ${error.message}`);
          continue;
        }
        if (error instanceof TeardownError) {
          failures.push(error.message);
          torn.push({ plan: error.plan, expiresAt, dryRun, left: error.left });
          deleted += error.deleted.length;
        } else {
          // It says nothing of the environments behind this one.
          if (!expiredOnly || context.signal.aborted) throw error;
          failures.push(`Environment ${environment}: ${explain(error)}`);
          continue;
        }
      }
      environments.push(environment);
    }
    output({
      deleted,
      left: torn.reduce((total, { left }) => total + left.length, 0),
      environments: environments.join(","),
    });
    await summarize(teardownSummary(torn));
    if (failures.length > 0) throw new StepError(failures.join("\n"));
    if (expiredOnly && expired.length === 0) notice("No environment has expired.");
  },
});

/** Those before it took their time: looks again. */
async function isExpired(context: Context, config: Config): Promise<boolean> {
  const { expired } = await expiredEnvironments(context, config);
  return expired.some(({ environment }) => environment === config.environment);
}

if (import.meta.main) await runAction(action);
