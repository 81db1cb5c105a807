import type { EvaluationDocument } from "../report/evaluation/evaluation-document.ts";
import type { Champion } from "../pipeline/evaluation/champion.ts";
import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import type { Source } from "../pipeline/dataset/source.ts";
import type { Evaluation } from "../pipeline/evaluation/evaluation.ts";
import type { GateDecision } from "../pipeline/evaluation/gate-decision.ts";
import type { Dataset } from "../pipeline/dataset/manifest.ts";
import { deployEndpoint, type DeployedEndpoint } from "../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../pipeline/steps/deploy-stack.ts";
import { type EvaluatedModel, evaluateModel } from "../pipeline/steps/evaluate-model.ts";
import { gateDeployment } from "../pipeline/steps/gate-deployment.ts";
import type { Monitoring } from "../pipeline/steps/monitor-endpoint.ts";
import { stageData } from "../pipeline/steps/stage-data.ts";
import { trainModel } from "../pipeline/steps/train-model.ts";
import { verifyDeployment, type Verification } from "../pipeline/steps/verify-deployment.ts";
import type { TunedTraining } from "../pipeline/training/trained-model.ts";
import type { Deployed } from "./app.ts";
import type { Bootstrap } from "./bootstrap.ts";
import { checkedOutCommit } from "./commit.ts";
import type { StepLog } from "./steps.ts";
import { monitorTraffic, pollIntervalMs, sendTraffic } from "./traffic.ts";

/** What the steps have made so far; what a closed gate or a failure kept from happening is absent. */
export interface Made {
  dataset?: Dataset;
  tuning?: TunedTraining;
  evaluation?: Evaluation;
  /** The model that served before, as it was measured beside this one. */
  champion?: Champion;
  modelPackageArn?: string;
  evaluationReport?: EvaluationDocument;
  gate?: GateDecision;
  endpoint?: DeployedEndpoint;
  verification?: Verification;
  monitoring?: Monitoring;
}

/** A model that may be deployed, beside what it was made of. */
export interface Approved extends Pick<
  EvaluatedModel,
  "evaluation" | "baseline" | "modelPackageArn"
> {
  readonly dataset: Dataset;
}

export interface PipelineInput {
  readonly aws: Omit<Bootstrap, "pipelineRoleArn">;
  readonly source: Source;
  readonly run: string;
  readonly log: StepLog;
  /** Where everything is to stay up after verify-deployment: ends the steps when it resolves. */
  readonly keep: ((deployed: Deployed) => Promise<void>) | undefined;
}

/**
 * Runs the steps from stage-data to monitor-endpoint and fills `made` as it goes, so that a failure
 * leaves behind what was reached. A closed gate ends it early, without an error.
 */
export async function runSteps(
  context: Context,
  config: Config,
  input: PipelineInput,
  made: Made,
): Promise<void> {
  const approved = await makeModel(context, config, input, made);
  if (approved === undefined) return;
  const { endpointName, apiUrl } = await deploy(context, config, { ...input, approved }, made);
  const { dataset, evaluation } = approved;
  if (input.keep !== undefined) {
    await input.keep({ apiUrl, dataset, evaluation });
    return;
  }
  const { bucket } = input.aws;
  made.monitoring = await input.log.run(
    "monitor-endpoint",
    () =>
      monitorTraffic(context, config, { ...approved, bucket }, () =>
        sendTraffic(context, dataset, endpointName),
      ),
    ({ verdict, records }) => `${verdict} in ${records} inferences`,
  );
}

type ModelInput = Omit<PipelineInput, "keep">;

/** The steps from stage-data to gate-deployment. Undefined where the gate stays closed. */
export async function makeModel(
  context: Context,
  config: Config,
  { aws, source, run, log }: ModelInput,
  made: Made,
): Promise<Approved | undefined> {
  const { bucket, executionRoleArn } = aws;
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
  const { evaluation, evaluationUri, modelPackageArn } = evaluated;
  made.evaluation = evaluation;
  if (evaluated.champion !== undefined) made.champion = evaluated.champion;
  made.modelPackageArn = modelPackageArn;
  made.evaluationReport = evaluated.document;
  made.gate = await log.run(
    "gate-deployment",
    () => gateDeployment(context, config, { evaluationUri, modelPackageArn }),
    ({ line }) => line,
  );
  return made.gate.approved ? { ...evaluated, dataset } : undefined;
}

/** The steps from deploy-endpoint to verify-deployment. */
export async function deploy(
  context: Context,
  config: Config,
  { aws, run, log, approved }: ModelInput & { readonly approved: Approved },
  made: Made,
): Promise<{ readonly endpointName: string; readonly apiUrl: string }> {
  const { bucket, cloudFormationRoleArn, permissionsBoundaryArn } = aws;
  const { dataset, evaluation, modelPackageArn } = approved;
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
  return { endpointName, apiUrl };
}
