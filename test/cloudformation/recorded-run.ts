import { CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { type Deployed, serveApp } from "../../local/app.ts";
import type { LocalAws } from "../../local/aws.ts";
import type { Decision } from "../../local/iam.ts";
import { rootClients } from "../../local/workflows/state.ts";
import type { Config } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { createChangeSet } from "../../pipeline/stack/change-set.ts";
import { invokeEndpoint } from "../../pipeline/endpoint/endpoint.ts";
import { expiredEnvironments } from "../../pipeline/teardown/expiry.ts";
import { runFleet } from "../../pipeline/application/fleet.ts";
import type { Dataset } from "../../pipeline/dataset/manifest.ts";
import { keys, names } from "../../pipeline/names.ts";
import { readBytes } from "../../pipeline/s3.ts";
import { deployEndpoint } from "../../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../../pipeline/steps/deploy-stack.ts";
import { evaluateModel } from "../../pipeline/steps/evaluate-model.ts";
import { gateDeployment } from "../../pipeline/steps/gate-deployment.ts";
import { keepEnvironment } from "../../pipeline/steps/keep-environment.ts";
import { monitorEndpoint } from "../../pipeline/steps/monitor-endpoint.ts";
import { teardown } from "../../pipeline/steps/teardown.ts";
import { trainModel } from "../../pipeline/steps/train-model.ts";
import { verifyDeployment } from "../../pipeline/steps/verify-deployment.ts";
import { tags } from "../../pipeline/tags.ts";
import { planting } from "../pipeline/teardown/planted.ts";
import { labelAll, stopSchedule, watchOnce, watched } from "./recorded-monitoring.ts";
import { config, configOf, endless, endlessTuning, type RoleStand, tuning } from "./role-stand.ts";

const run = "recorded";
const pollIntervalMs = 25;

/** An update to two instances, which the stack's alarms look at without a wait, and to another definition. */
const larger: Config = {
  ...configOf(
    "act: learn",
    "",
    "modelMonitor: { modelQuality: true, instanceType: ml.m5.2xlarge }",
  ),
  endpoint: {
    ...config.endpoint,
    instanceCount: 2,
    deployment: { ...config.endpoint.deployment, bakeSeconds: 0, terminationWaitSeconds: 0 },
  },
};

/** The inline policies of a role as they were deployed: JSON documents by the policy's name. */
export type Policies = ReadonlyMap<string, string>;

export interface RecordedRun {
  readonly decisions: readonly Decision[];
  /** By the role's name. */
  readonly roles: ReadonlyMap<string, Policies>;
}

/** Runs every step as GitHub would, and what a happy run lacks: cancellations, an update, a second run. */
export async function recordRun(stand: RoleStand): Promise<RecordedRun> {
  const { aws, context } = stand;
  const { bucket, executionRoleArn } = aws;
  const dataset = await stand.stage();
  await cancelTraining(stand, dataset);
  const training = { dataset, executionRoleArn, run, pollIntervalMs };
  const model = await trainModel(context, config, training);
  await cancelled("tuning job", (stopped) => trainModel(stopped, endlessTuning, training), stand);
  await trainModel(context, tuning, training);
  const evaluation = { ...model, dataset, bucket, executionRoleArn, run, pollIntervalMs };
  await cancelled("transform job", (stopped) => evaluateModel(stopped, config, evaluation), stand);
  const evaluated = await evaluateModel(context, config, evaluation);
  const { modelPackageArn } = evaluated;
  await gateDeployment(context, config, evaluated);
  const endpoint = { modelPackageArn, bucket, run, pollIntervalMs };
  const { endpointName } = await deployEndpoint(context, watched, endpoint);
  const { stateMachineArn, fleetArn, apiUrl } = await deployTwice(stand, endpointName);
  const expiresAt = new Date(Date.now() + 3_600_000);
  await stopSchedule(stand);
  await deployEndpoint(context, larger, { ...endpoint, expiresAt });
  await gateDeployment(context, config, evaluated);
  await challenge(stand, dataset);
  await askApi(stand, { apiUrl, dataset, evaluation: evaluated.evaluation });
  await keepEnvironment(context, config, { ...aws, expiresAt, pollIntervalMs });
  const since = new Date();
  const { evaluation: measured } = evaluated;
  const readMeasured = async () => ({ dataset, evaluation: measured });
  await verifyDeployment(context, config, { readMeasured, stateMachineArn, endpointName });
  const fleet = {
    s3Prefix: dataset.prefix + (dataset.manifest.test[0]?.key ?? ""),
    timeoutMs: 60_000,
    pollIntervalMs,
  };
  await cancelled("fleet", (stopped) => runFleet(stopped, fleetArn, fleet), stand);
  await runFleet(context, fleetArn, fleet);
  await labelAll(stand, dataset);
  for (const { key } of dataset.manifest.test) {
    const picture = await readBytes(
      context.clients.s3,
      bucket,
      dataset.prefix + key,
      context.signal,
    );
    await invokeEndpoint(context, endpointName, picture, key.split("/").at(-1));
  }
  await monitorEndpoint(context, config, { bucket, ...evaluated, since });
  await watchOnce(stand);
  const roles = await rolesOf(aws);
  await leaveUpload(stand);
  await expiredEnvironments(context, config);
  const gone = {
    ...config,
    teardown: { keepReports: false, keepModels: false, keepLabels: false, protect: [] },
  };
  await teardown(context, gone, { bucket, pollIntervalMs });
  await leaveReview(stand);
  await teardown(context, gone, { bucket, pollIntervalMs });
  await leaveRemains(stand);
  await teardown(context, gone, { bucket, pollIntervalMs });
  return { roles, decisions: await stand.decisions() };
}

/** A second model, measured beside the one that serves. */
async function challenge({ aws, context }: RoleStand, dataset: Dataset): Promise<void> {
  const { bucket, executionRoleArn } = aws;
  const other = configOf("act: learn, served: swaps");
  const training = { dataset, executionRoleArn, run, pollIntervalMs };
  const model = await trainModel(context, other, training);
  const evaluated = await evaluateModel(context, other, { ...model, ...training, bucket });
  await gateDeployment(context, other, evaluated);
}

async function deployTwice({ aws, context }: RoleStand, endpointName: string) {
  const { bucket, cloudFormationRoleArn, permissionsBoundaryArn } = aws;
  const input = { endpointName, bucket, cloudFormationRoleArn, permissionsBoundaryArn };
  await deployStack(context, config, { ...input, pollIntervalMs });
  return deployStack(context, config, { ...input, pollIntervalMs });
}

/** As the page does: for a picture that is not there, and with what is uploaded and then is none. */
async function askApi({ aws }: RoleStand, deployed: Deployed): Promise<void> {
  await using app = await serveApp(aws, config, deployed);
  const s3_key = `${keys.uploads(config)}none.png`;
  const large = "no picture".repeat(20_000);
  const paths = { classify: JSON.stringify({ s3_key }), photo: large };
  for (const [path, body] of Object.entries(paths)) {
    const { status } = await fetch(app.url + path, { method: "POST", body });
    if (status !== 400) throw new Error(`POST /${path} was answered ${status}`);
  }
}

async function cancelTraining(stand: RoleStand, dataset: Dataset): Promise<void> {
  const { executionRoleArn } = stand.aws;
  const training = { dataset, executionRoleArn, run, pollIntervalMs };
  await cancelled("training job", (stopped) => trainModel(stopped, endless, training), stand);
}

/** Cancels a step as soon as it has said that it began what `began` names. */
async function cancelled(
  began: string,
  step: (context: Context) => Promise<unknown>,
  { context }: RoleStand,
): Promise<void> {
  const cancel = new AbortController();
  const line = (text: string) => {
    if (text.startsWith(began)) cancel.abort(new Error("cancelled"));
  };
  const progress = { line, count: () => undefined };
  await step({ ...context, progress, signal: cancel.signal }).catch((error: unknown) => {
    if (!cancel.signal.aborted) throw error;
  });
}

/** A multipart upload that a killed run left behind. */
async function leaveUpload({ aws, context }: RoleStand): Promise<void> {
  const Key = `${keys.environment(config)}left-behind`;
  await context.clients.s3.send(new CreateMultipartUploadCommand({ Bucket: aws.bucket, Key }));
}

/** A change set of a stack that is not there yet, which a killed run did not come to execute. */
async function leaveReview({ aws, context }: RoleStand): Promise<void> {
  const stack = {
    name: names.stack(config),
    template: { TemplateBody: "Resources: { Topic: { Type: AWS::SNS::Topic } }" },
    parameters: {},
    tags: tags(config),
    roleArn: aws.cloudFormationRoleArn,
    pollIntervalMs,
  };
  await createChangeSet(context, stack, { token: "scones-left-behind", existing: undefined });
}

/** What a stack that is gone can leave behind; a Lambda's log is one of three kinds. */
async function leaveRemains({ aws }: RoleStand): Promise<void> {
  const plant = planting(rootClients(aws.clients, config.region));
  const stack = names.stack(config);
  await plant.logGroup(`/aws/lambda/${stack}-serialize`, tags(config));
  await plant.dashboard(stack);
  await plant.alarm(`${stack}-5xx-errors`, tags(config));
}

async function rolesOf({ environment }: LocalAws): Promise<Map<string, Policies>> {
  const iam = new IAMClient({
    endpoint: environment["AWS_ENDPOINT_URL"] ?? "",
    region: config.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const found = new Map<string, Policies>();
  for (const { RoleName = "" } of Roles) {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const policies = new Map<string, string>();
    for (const PolicyName of PolicyNames) {
      const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      policies.set(PolicyName, decodeURIComponent(policy.PolicyDocument ?? ""));
    }
    found.set(RoleName, policies);
  }
  iam.destroy();
  return found;
}
