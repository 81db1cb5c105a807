import { common, defineAction, runAction } from "../../../actions/action.ts";
import { raised } from "../../../actions/gate-deployment/accuracy.ts";
import { lifetime, optional, positive, text } from "../../../actions/inputs.ts";
import { loadConfig } from "../../../pipeline/config.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { requireWithin } from "./ceilings.ts";

export const action = defineAction({
  inputs: {
    config: common.config,
    environment: common.environment,
    accuracy: optional(positive),
    keepFor: optional(lifetime),
    defaultEnvironment: optional(text),
  },
  outputs: [],
  run: async ({ config, inputs }) => {
    raised(config.gate.accuracy, inputs.accuracy);
    requireWithin(config, inputs.config);
    const { environment } = await loadConfig(inputs.config);
    if (inputs.defaultEnvironment !== undefined && inputs.defaultEnvironment !== environment) {
      throw new UsageError(
        `${inputs.config} names the environment ${environment}, and the workflows deploy to ${inputs.defaultEnvironment}: ` +
          `make them the same, by the file or by \`gh variable set SCONES_ENVIRONMENT --body ${environment}\`.`,
      );
    }
  },
});

if (import.meta.main) await runAction(action);
