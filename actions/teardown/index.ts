import { StepError } from "../../pipeline/errors.ts";
import { expiredEnvironments } from "../../pipeline/teardown/expiry.ts";
import { tearDownOne, type TornOne } from "../../pipeline/teardown/tear-down-one.ts";
import { common, defineAction, runAction } from "../action.ts";
import { count, flag, optional, override, text, withDefault } from "../inputs.ts";
import { bucketOf } from "../settings.ts";
import { teardownSummary, type Torn } from "../summary/teardown.ts";

export const action = defineAction({
  inputs: {
    ...common,
    expiredOnly: withDefault("false", flag),
    dryRun: withDefault("false", flag),
    confirm: optional(text),
    overrideLease: optional(text),
    keepReports: override("teardown.keepReports", flag),
    keepModels: override("teardown.keepModels", flag),
    keepLabels: override("teardown.keepLabels", flag),
    timeoutMinutes: override("endpoint.maxWaitMinutes", count),
  },
  outputs: ["deleted", "left", "environments"],
  async run({ context, config, inputs, run = "teardown", output, summarize, notice }) {
    const { expiredOnly, dryRun, confirm } = inputs;
    const lease = { bucket: bucketOf(config), holder: run, override: inputs.overrideLease };
    const { expired, unreadable } = expiredOnly
      ? await expiredEnvironments(context, config)
      : { expired: [{ environment: config.environment, expiresAt: undefined }], unreadable: [] };
    const torn: (TornOne & Torn)[] = [];
    const failures = [...unreadable];
    for (const { environment, expiresAt } of expired) {
      const one = { ...config, environment };
      const outcome = await tearDownOne(context, one, {
        ...lease,
        dryRun,
        confirm,
        expiresAt,
      });
      if ("stays" in outcome) {
        notice(outcome.stays);
        continue;
      }
      if ("failed" in outcome) failures.push(outcome.failed);
      if (outcome.torn !== undefined) torn.push({ ...outcome.torn, expiresAt, dryRun });
    }
    output({
      deleted: torn.flatMap(({ deleted }) => deleted).length,
      left: torn.flatMap(({ left }) => left).length,
      environments: torn.map(({ plan }) => plan.environment).join(","),
    });
    await summarize(teardownSummary(torn));
    if (failures.length > 0) throw new StepError(failures.join("\n"));
    if (expiredOnly && expired.length === 0) notice("No environment has expired.");
  },
});

if (import.meta.main) await runAction(action);
