import { StepError } from "../../pipeline/errors.ts";
import { gateDeployment } from "../../pipeline/steps/gate-deployment.ts";
import { readEvaluation } from "../../pipeline/stored.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { flag, optional, positive, required, withDefault } from "../inputs.ts";
import { raised } from "./accuracy.ts";
import { gateSummary } from "../summary/gate.ts";

const DRAWN = " (on DRAWN pictures, not photographs)";

export const action = defineAction({
  inputs: {
    ...common,
    evaluationUri: required(),
    modelPackageArn: required(),
    accuracy: optional(positive),
    failOnClosed: withDefault("true", flag),
  },
  outputs: ["approved", "required", "correct", "total", "line"],
  async run({ context, config, inputs, output, summarize, notice }) {
    const { modelPackageArn, failOnClosed } = inputs;
    const gate = { accuracy: raised(config.gate.accuracy, inputs.accuracy) };
    const evaluation = await readEvaluation(context, inputs.evaluationUri);
    const decision = await gateDeployment(
      context,
      { ...config, gate },
      { evaluation, modelPackageArn },
    );
    const { approved, required: needed, correct, total, line, reason } = decision;
    output({ approved, required: needed, correct, total, line });
    await summarize(
      gateSummary(
        decision,
        inConsole(config, (links) => ({ "model package": links.modelPackage(modelPackageArn) })),
      ),
    );
    if (!approved && failOnClosed) {
      throw new StepError(`The gate is closed: ${reason} Nothing is deployed.`);
    }
    notice(`Gate: ${line}${evaluation.datasetSource === "drawn" ? DRAWN : ""}`);
  },
});

if (import.meta.main) await runAction(action);
