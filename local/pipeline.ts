import { setTimeout as sleep } from "node:timers/promises";
import type { EvaluationDocument } from "../report/evaluation-document.ts";
import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import type { Source } from "../pipeline/dataset/source.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { GateDecision } from "../pipeline/gate-decision.ts";
import type { Dataset } from "../pipeline/manifest.ts";
import { keys } from "../pipeline/names.ts";
import { deployEndpoint, type DeployedEndpoint } from "../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../pipeline/steps/deploy-stack.ts";
import { evaluateModel } from "../pipeline/steps/evaluate-model.ts";
import { gateDeployment } from "../pipeline/steps/gate-deployment.ts";
import { monitorEndpoint, type Monitoring } from "../pipeline/steps/monitor-endpoint.ts";
import { stageData } from "../pipeline/steps/stage-data.ts";
import { trainModel } from "../pipeline/steps/train-model.ts";
import { verifyDeployment, type Verification } from "../pipeline/steps/verify-deployment.ts";
import type { TunedTraining } from "../pipeline/trained-model.ts";
import type { Deployed } from "./app.ts";
import type { Bootstrap } from "./bootstrap.ts";
import { checkedOutCommit } from "./commit.ts";
import type { StepLog } from "./steps.ts";
import { sendTraffic } from "./traffic.ts";

/** What the steps have made so far; what a closed gate or a failure kept from happening is absent. */
export interface Made {
  dataset?: Dataset;
  tuning?: TunedTraining;
  evaluation?: Evaluation;
  modelPackageArn?: string;
  evaluationReport?: EvaluationDocument;
  gate?: GateDecision;
  endpoint?: DeployedEndpoint;
  verification?: Verification;
  monitoring?: Monitoring;
}

export interface PipelineInput {
  readonly aws: Omit<Bootstrap, "pipelineRoleArn">;
  readonly source: Source;
  readonly run: string;
  readonly log: StepLog;
  /** Where everything is to stay up after verify-deployment: ends the steps when it resolves. */
  readonly keep: ((deployed: Deployed) => Promise<void>) | undefined;
}

/** What is local answers at once: looking often keeps the run short. */
const pollIntervalMs = 200;
/** Captures reach S3 a moment after the answers. */
const CAPTURE_DELAY_MS = 2000;

/**
 * Runs the steps from stage-data to monitor-endpoint and fills `made` as it goes, so that a failure
 * leaves behind what was reached. A closed gate ends it early, without an error.
 */
export async function runSteps(
  context: Context,
  config: Config,
  { aws, source, run, log, keep }: PipelineInput,
  made: Made,
): Promise<void> {
  const { bucket, executionRoleArn, cloudFormationRoleArn, permissionsBoundaryArn } = aws;
  const dataset = await log.run(
    "stage-data",
    () => stageData(context, config, { source, bucket }),
    ({ prefix, manifest: { counts } }) =>
      `${counts.train} + ${counts.validation} + ${counts.test} pictures in ${prefix}`,
  );
  made.dataset = dataset;
  const model = await log.run(
    "train-model",
    () => trainModel(context, config, { dataset, executionRoleArn, run, pollIntervalMs }),
    ({ trainingJobName, trainingSeconds }) =>
      `${trainingJobName}, ${trainingSeconds} s of training`,
  );
  if (model.tuning !== undefined) made.tuning = model.tuning;
  const evaluated = await log.run(
    "evaluate-model",
    async () =>
      evaluateModel(context, config, {
        ...model,
        dataset,
        bucket,
        executionRoleArn,
        run,
        commit: await checkedOutCommit(),
        pollIntervalMs,
      }),
    ({ modelPackageArn }) => modelPackageArn.split(":").at(-1) ?? modelPackageArn,
  );
  const { evaluation, evaluationUri, baseline, modelPackageArn } = evaluated;
  made.evaluation = evaluation;
  made.modelPackageArn = modelPackageArn;
  made.evaluationReport = evaluated.document;
  made.gate = await log.run(
    "gate-deployment",
    () => gateDeployment(context, config, { evaluationUri, modelPackageArn }),
    ({ line }) => line,
  );
  if (!made.gate.approved) return;
  const deployment = (made.endpoint = await log.run(
    "deploy-endpoint",
    () => deployEndpoint(context, config, { modelPackageArn, bucket, run, pollIntervalMs }),
    (endpoint) => `${endpoint.endpointName} ${endpoint.change}`,
  ));
  const { endpointName, endpointConfigName } = deployment;
  const { stateMachineArn, apiUrl } = await log.run(
    "deploy-stack",
    () =>
      deployStack(context, config, {
        endpointName,
        bucket,
        cloudFormationRoleArn,
        permissionsBoundaryArn,
        pollIntervalMs,
      }),
    ({ stackName }) => stackName,
  );
  made.verification = await log.run(
    "verify-deployment",
    () =>
      verifyDeployment(context, config, {
        readMeasured: async () => ({ dataset, evaluation }),
        stateMachineArn,
        endpointName,
        endpointConfigName,
        pollIntervalMs,
      }),
    ({ confident, unsure, strangers }) =>
      `${confident} routed, ${unsure} below the threshold, ${strangers} no vehicle`,
  );
  if (keep !== undefined) {
    await keep({ apiUrl, dataset, evaluation });
    return;
  }
  made.monitoring = await log.run(
    "monitor-endpoint",
    async () => {
      // The verification picked its pictures; the monitor is to see what visitors send. Captures
      // carry whole seconds, so the traffic begins with one.
      const since = new Date(Math.ceil(Date.now() / 1000) * 1000);
      await sleep(since.getTime() - Date.now(), undefined, { signal: context.signal });
      await sendTraffic(context, dataset, endpointName);
      await sleep(CAPTURE_DELAY_MS, undefined, { signal: context.signal });
      return monitorEndpoint(context, config, {
        bucket,
        captureUri: `s3://${bucket}/${keys.capture(config, evaluation.trainingJobName)}`,
        endpointName,
        evaluation,
        baseline,
        since,
      });
    },
    ({ verdict, records }) => `${verdict} in ${records} inferences`,
  );
}
