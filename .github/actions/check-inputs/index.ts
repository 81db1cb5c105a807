import { common, defineAction, runAction } from "../../../actions/action.ts";
import { raised } from "../../../actions/gate-deployment/accuracy.ts";
import { lifetime, optional, positive } from "../../../actions/inputs.ts";

export const action = defineAction({
  inputs: {
    config: common.config,
    environment: common.environment,
    accuracy: optional(positive),
    keepFor: optional(lifetime),
  },
  outputs: [],
  run: async ({ config, inputs }) => {
    raised(config.gate.accuracy, inputs.accuracy);
  },
});

if (import.meta.main) await runAction(action);
