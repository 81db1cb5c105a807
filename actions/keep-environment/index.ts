import { keepEnvironment } from "../../pipeline/steps/keep-environment.ts";
import { common, defineAction, runAction } from "../action.ts";
import { hours, optional, override } from "../inputs.ts";
import { keptSummary } from "../summary/kept.ts";

export const action = defineAction({
  inputs: {
    ...common,
    keepFor: optional(hours),
    cloudformationRoleArn: override("cloudFormationRoleArn"),
  },
  outputs: ["expiresAt"],
  lease: { minutes: () => 45, work: "keep", last: true },
  async run({ context, config, inputs, output, summarize, notice }) {
    const { keepFor } = inputs;
    const expiresAt =
      keepFor === undefined ? undefined : new Date(Date.now() + keepFor * 3_600_000);
    const { cloudFormationRoleArn } = config;
    const { kept } = await keepEnvironment(context, config, { expiresAt, cloudFormationRoleArn });
    output({ expiresAt: expiresAt?.toISOString() });
    const { environment } = config;
    await summarize(keptSummary({ environment, expiresAt, kept }));
    notice(
      `Environment ${environment} stays until ${expiresAt?.toISOString() ?? "it is torn down"}.`,
    );
  },
});

if (import.meta.main) await runAction(action);
