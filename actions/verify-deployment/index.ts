import { UsageError } from "../../pipeline/errors.ts";
import type { DeployedEndpoint } from "../../pipeline/steps/deploy-endpoint.ts";
import { verifyDeployment } from "../../pipeline/steps/verify-deployment.ts";
import { readDataset, readEvaluation } from "../../pipeline/stored.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { count, oneOf, optional, required, text, type Values, withDefault } from "../inputs.ts";
import { verificationSummary } from "../summary/verification.ts";

export const action = defineAction({
  inputs: {
    ...common,
    datasetUri: required(),
    evaluationUri: required(),
    stateMachineArn: required(),
    endpointName: required(),
    endpointConfigName: optional(text),
    change: optional(oneOf("created", "updated", "unchanged")),
    previousEndpointConfigName: optional(text),
    count: withDefault("20", count),
  },
  outputs: ["routed", "belowThreshold", "p50Ms", "p95Ms"],
  async run({ context, config, inputs, output, summarize }) {
    const { stateMachineArn, endpointName } = inputs;
    const verification = await verifyDeployment(context, config, {
      dataset: await readDataset(context, inputs.datasetUri),
      evaluation: await readEvaluation(context, inputs.evaluationUri),
      stateMachineArn,
      endpointName,
      deployment: deploymentOf(inputs),
      count: inputs.count,
    });
    const { confident, unsure, latencies } = verification;
    output({
      routed: confident,
      belowThreshold: unsure,
      p50Ms: latencies.p50,
      p95Ms: latencies.p95,
    });
    await summarize(
      verificationSummary(
        verification,
        inConsole(config, (links) => ({ executions: links.executions(stateMachineArn) })),
      ),
    );
  },
});

/** @throws UsageError where it is known by half */
function deploymentOf({
  endpointName,
  endpointConfigName,
  change,
  previousEndpointConfigName,
}: Values<typeof action.inputs>): DeployedEndpoint | undefined {
  if (change === undefined) return undefined;
  if (endpointConfigName === undefined) {
    throw new UsageError("Input endpoint-config-name is required where change is given.");
  }
  return { endpointName, endpointConfigName, change, previousEndpointConfigName };
}

if (import.meta.main) await runAction(action);
