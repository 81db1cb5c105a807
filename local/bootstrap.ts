import { readFile } from "node:fs/promises";
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { CreateOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import { ROOT_CREDENTIALS } from "./ministack.ts";
import { ISSUER } from "./oidc-issuer.ts";
import { StepError } from "../pipeline/errors.ts";
import { poll } from "../pipeline/poll.ts";

const TEMPLATE = new URL("../cloudformation/bootstrap.yaml", import.meta.url);
const TIMEOUT_MS = 60_000;

interface BootstrapOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly signal: AbortSignal;
  readonly project: string;
  /** GitHub's, as owner/name. */
  readonly repository: string;
  /** Another template than `cloudformation/bootstrap.yaml`, of the same parameters and outputs. */
  readonly template?: string | undefined;
}

/** What the template made, by its outputs. */
export interface Bootstrap {
  readonly bucket: string;
  readonly pipelineRoleArn: string;
  readonly executionRoleArn: string;
  readonly cloudFormationRoleArn: string;
  readonly permissionsBoundaryArn: string;
}

/**
 * Deploys the bootstrap template as an administrator does once by hand: as the root of a local AWS.
 * ministack's CloudFormation makes neither OIDC providers nor model package groups, so IAM makes the
 * one, and the first evaluation the other.
 * @throws StepError with the events' reasons where the stack does not come up.
 */
export async function deployBootstrap(options: BootstrapOptions): Promise<Bootstrap> {
  const { endpoint, region, signal, project } = options;
  const credentials = ROOT_CREDENTIALS;
  const iam = new IAMClient({ endpoint, region, credentials });
  const cloudformation = new CloudFormationClient({ endpoint, region, credentials });
  const stackName = `${project}-bootstrap`;
  try {
    const { OpenIDConnectProviderArn = "" } = await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: ISSUER,
        ClientIDList: ["sts.amazonaws.com"],
      }),
      { abortSignal: signal },
    );
    const parameters = {
      Project: project,
      Repository: options.repository,
      OidcProviderArn: OpenIDConnectProviderArn,
      ModelPackageGroup: "none",
    };
    await cloudformation.send(
      new CreateStackCommand({
        StackName: stackName,
        TemplateBody: options.template ?? (await readFile(TEMPLATE, "utf8")),
        Capabilities: ["CAPABILITY_NAMED_IAM"],
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      }),
      { abortSignal: signal },
    );
    const stack = await poll(() => settled(cloudformation, stackName), {
      what: `Stack ${stackName}`,
      timeoutMs: TIMEOUT_MS,
      intervalMs: 25,
      signal,
      resume: "Run again.",
    });
    if (stack.StackStatus !== "CREATE_COMPLETE") throw await failure(cloudformation, stack);
    return bootstrapOf(stack);
  } finally {
    iam.destroy();
    cloudformation.destroy();
  }
}

async function settled(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
  const stack = Stacks?.[0];
  return stack?.StackStatus?.endsWith("_IN_PROGRESS") === false ? stack : undefined;
}

async function failure(client: CloudFormationClient, stack: Stack): Promise<StepError> {
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: stack.StackId }),
  );
  const reasons = StackEvents.flatMap(({ LogicalResourceId, ResourceStatusReason }) =>
    ResourceStatusReason === undefined ? [] : [`${LogicalResourceId}: ${ResourceStatusReason}`],
  );
  return new StepError(
    `Stack ${stack.StackName} ended ${stack.StackStatus}; its events say:\n${reasons.join("\n")}`,
  );
}

function bootstrapOf({ StackName, Outputs = [] }: Stack): Bootstrap {
  const output = (name: string) => {
    const value = Outputs.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    if (value === undefined)
      throw new StepError(`Stack ${StackName} has no output ${name}: its template must have it.`);
    return value;
  };
  return {
    bucket: output("ArtifactBucket"),
    pipelineRoleArn: output("PipelineRoleArn"),
    executionRoleArn: output("ExecutionRoleArn"),
    cloudFormationRoleArn: output("CloudFormationRoleArn"),
    permissionsBoundaryArn: output("PermissionsBoundaryArn"),
  };
}
