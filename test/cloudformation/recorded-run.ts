import { CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import type { LocalAws } from "../../local/aws.ts";
import type { Decision } from "../../local/iam.ts";
import type { Context } from "../../pipeline/context.ts";
import { invokeEndpoint } from "../../pipeline/endpoint.ts";
import { expiredEnvironments } from "../../pipeline/expiry.ts";
import type { Dataset } from "../../pipeline/manifest.ts";
import { keys } from "../../pipeline/names.ts";
import { readBytes } from "../../pipeline/s3.ts";
import { deployEndpoint } from "../../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../../pipeline/steps/deploy-stack.ts";
import { evaluateModel } from "../../pipeline/steps/evaluate-model.ts";
import { gateDeployment } from "../../pipeline/steps/gate-deployment.ts";
import { monitorEndpoint } from "../../pipeline/steps/monitor-endpoint.ts";
import { teardown } from "../../pipeline/steps/teardown.ts";
import { trainModel } from "../../pipeline/steps/train-model.ts";
import { verifyDeployment } from "../../pipeline/steps/verify-deployment.ts";
import { config, endless, type RoleStand } from "./role-stand.ts";

const run = "recorded";
const pollIntervalMs = 25;

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
  const evaluation = { ...model, dataset, bucket, executionRoleArn, run, pollIntervalMs };
  await cancelled("transform job", (stopped) => evaluateModel(stopped, config, evaluation), stand);
  const evaluated = await evaluateModel(context, config, evaluation);
  const { modelPackageArn } = evaluated;
  await gateDeployment(context, config, evaluated);
  const endpoint = { modelPackageArn, bucket, run, pollIntervalMs };
  const { endpointName } = await deployEndpoint(context, config, endpoint);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const larger = { ...config, endpoint: { ...config.endpoint, instanceCount: 2 } };
  await deployEndpoint(context, larger, { ...endpoint, expiresAt });
  await gateDeployment(context, config, evaluated);
  const { stateMachineArn } = await deployTwice(stand, endpointName);
  const since = new Date();
  const verification = { dataset, evaluation: evaluated.evaluation, stateMachineArn, endpointName };
  await verifyDeployment(context, config, verification);
  for (const { key } of dataset.manifest.test) {
    const picture = await readBytes(
      context.clients.s3,
      bucket,
      dataset.prefix + key,
      context.signal,
    );
    await invokeEndpoint(context, endpointName, picture);
  }
  await monitorEndpoint(context, config, {
    bucket,
    captureUri: `s3://${bucket}/${keys.capture(config)}`,
    endpointName,
    evaluation: evaluated.evaluation,
    since,
  });
  const roles = await rolesOf(aws);
  await leaveUpload(stand);
  await expiredEnvironments(context, config);
  await teardown(context, config, { bucket, pollIntervalMs });
  return { roles, decisions: await stand.decisions() };
}

async function deployTwice({ aws, context }: RoleStand, endpointName: string) {
  const { bucket, cloudFormationRoleArn, permissionsBoundaryArn } = aws;
  const input = { endpointName, bucket, cloudFormationRoleArn, permissionsBoundaryArn };
  await deployStack(context, config, { ...input, pollIntervalMs });
  return deployStack(context, config, { ...input, pollIntervalMs });
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
