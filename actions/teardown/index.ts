import type { Config } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { expiredEnvironments } from "../../pipeline/expiry.ts";
import { StepError } from "../../pipeline/errors.ts";
import { teardown, TeardownError } from "../../pipeline/steps/teardown.ts";
import { common, defineAction, runAction } from "../action.ts";
import { count, flag, override, withDefault } from "../inputs.ts";
import { bucketOf } from "../settings.ts";
import { teardownSummary, type TeardownRow } from "../summary/teardown.ts";

export const action = defineAction({
  inputs: {
    ...common,
    expiredOnly: withDefault("false", flag),
    dryRun: withDefault("false", flag),
    timeoutMinutes: override("endpoint.maxWaitMinutes", count),
  },
  outputs: ["deleted", "left", "environments"],
  async run({ context, config, inputs, output, summarize, notice }) {
    const { expiredOnly, dryRun } = inputs;
    const bucket = bucketOf(config);
    const { expired, unreadable } = expiredOnly
      ? await expiredEnvironments(context, config)
      : { expired: [config], unreadable: [] };
    const environments = expired.map(({ environment }) => environment);
    const rows: TeardownRow[] = [];
    const failures = [...unreadable];
    for (const environment of environments) {
      context.progress.line(`environment ${environment}`);
      if (expiredOnly && !(await isStillExpired(context, config, environment))) {
        context.progress.line("was deployed again meanwhile: it stays");
        continue;
      }
      const add = (resources: TeardownError["left"], outcome: TeardownRow["outcome"]) =>
        rows.push(...resources.map((resource) => ({ ...resource, environment, outcome })));
      try {
        const done = await teardown(context, { ...config, environment }, { bucket, dryRun });
        add(done.deleted, "deleted");
        add(done.planned, "would be deleted");
      } catch (error) {
        if (!(error instanceof TeardownError)) throw error;
        failures.push(error.message);
        add(error.deleted, "deleted");
        add(error.left, "left");
      }
    }
    const number = (of: TeardownRow["outcome"]) =>
      rows.filter(({ outcome }) => outcome === of).length;
    output({
      deleted: number("deleted"),
      left: number("left"),
      environments: environments.join(","),
    });
    await summarize(teardownSummary(rows));
    if (failures.length > 0) throw new StepError(failures.join("\n"));
    if (expiredOnly && environments.length === 0) notice("No environment has expired.");
  },
});

/** The environments before it took their time. */
async function isStillExpired(context: Context, config: Config, name: string): Promise<boolean> {
  const { expired } = await expiredEnvironments(context, config);
  return expired.some(({ environment }) => environment === name);
}

if (import.meta.main) await runAction(action);
