import { EXECUTION_MINUTES } from "../../pipeline/model-monitor/removal.ts";
import { readRegisteredEvaluation } from "../../pipeline/registry/registered-evaluation.ts";
import { verifyDeployment } from "../../pipeline/steps/verify-deployment.ts";
import { readDataset } from "../../pipeline/stored.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { count, optional, required, text, withDefault } from "../inputs.ts";
import { verificationSummary } from "../summary/verification.ts";

export const action = defineAction({
  inputs: {
    ...common,
    datasetUri: required(),
    evaluationUri: required(),
    stateMachineArn: optional(text),
    endpointName: required(),
    endpointConfigName: optional(text),
    count: withDefault("20", count),
  },
  outputs: ["routed", "belowThreshold", "strangers", "p50Ms", "p95Ms"],
  lease: { minutes: ({ endpoint }) => endpoint.maxWaitMinutes + EXECUTION_MINUTES, last: true },
  async run({ context, config, inputs, output, summarize }) {
    const { stateMachineArn, endpointName, endpointConfigName } = inputs;
    const verification = await verifyDeployment(context, config, {
      readMeasured: async () => ({
        dataset: await readDataset(context, inputs.datasetUri),
        evaluation: await readRegisteredEvaluation(context, config, inputs.evaluationUri),
      }),
      stateMachineArn,
      endpointName,
      endpointConfigName,
      count: inputs.count,
    });
    const { confident, unsure, strangers, latencies } = verification;
    output({
      routed: confident,
      belowThreshold: unsure,
      strangers,
      p50Ms: latencies.p50,
      p95Ms: latencies.p95,
    });
    await summarize(
      verificationSummary(
        verification,
        inConsole(config, (links) => ({
          executions: links.executions(verification.stateMachineArn),
        })),
      ),
    );
  },
});

if (import.meta.main) await runAction(action);
