import type { Config } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { expiredEnvironments } from "../../pipeline/expiry.ts";
import { StepError } from "../../pipeline/errors.ts";
import { inventory } from "../../pipeline/inventory.ts";
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
    const environments: string[] = [];
    const rows: TeardownRow[] = [];
    const failures = [...unreadable];
    for (const { environment } of expired) {
      const inUse = expiredOnly && (await useOf(context, { ...config, environment }, bucket));
      if (inUse) {
        notice(`Environment ${environment} has expired and is left: ${inUse}.`);
        continue;
      }
      environments.push(environment);
      context.progress.line(`environment ${environment}`);
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
    if (expiredOnly && expired.length === 0) notice("No environment has expired.");
  },
});

/** Why an expired environment is not to go now, if so. Those before it took their time: looks again. */
async function useOf(
  context: Context,
  config: Config,
  bucket: string,
): Promise<string | undefined> {
  const { expired } = await expiredEnvironments(context, config);
  if (!expired.some(({ environment }) => environment === config.environment)) {
    return "it was deployed again meanwhile";
  }
  const resources = await inventory(context, config, { bucket });
  const job = resources.find(({ kind }) => kind.endsWith(" job"));
  return (
    job && `${job.kind} ${job.name} runs, so a pipeline is at work; the next teardown looks again`
  );
}

if (import.meta.main) await runAction(action);
