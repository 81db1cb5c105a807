import { StepError } from "../../pipeline/errors.ts";
import { gateDeployment } from "../../pipeline/steps/gate-deployment.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { flag, optional, positive, required, withDefault } from "../inputs.ts";
import { raised } from "./accuracy.ts";
import { gateSummary } from "../summary/gate.ts";

/** It only reads: the champion was measured by evaluate-model. */
const LONGEST_MINUTES = 15;

const DRAWN = " (on DRAWN pictures, not photographs)";

export const action = defineAction({
  inputs: {
    ...common,
    evaluationUri: required(),
    modelPackageArn: required(),
    accuracy: optional(positive),
    failOnClosed: withDefault("true", flag),
  },
  outputs: ["approved", "required", "correct", "total", "line", "championLine"],
  lease: { minutes: () => LONGEST_MINUTES },
  async run({ context, config, inputs, output, summarize, notice }) {
    const { evaluationUri, modelPackageArn, failOnClosed } = inputs;
    const gate = { ...config.gate, accuracy: raised(config.gate.accuracy, inputs.accuracy) };
    const decision = await gateDeployment(
      context,
      { ...config, gate },
      { evaluationUri, modelPackageArn },
    );
    const { approved, required: needed, correct, total, line, championLine } = decision;
    output({ approved, required: needed, correct, total, line, championLine });
    await summarize(
      gateSummary(
        decision,
        inConsole(config, (links) => ({ "model package": links.modelPackage(modelPackageArn) })),
      ),
    );
    const compared = decision.comparison === undefined ? [] : [championLine];
    if (!approved && failOnClosed) {
      throw new StepError(
        [`The gate is closed: ${decision.reason}`, ...compared, "Nothing is deployed."].join(" "),
      );
    }
    const drawn = decision.datasetSource === "drawn" ? DRAWN : "";
    notice([`Gate: ${line}${drawn}`, ...compared].join("\n"));
  },
});

if (import.meta.main) await runAction(action);
