import { applicationFiles } from "../bundle.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { expiryTag } from "../expiry.ts";
import { keys, names } from "../names.ts";
import { applyStack, type DeployedStack } from "../stack.ts";
import { tags } from "../tags.ts";
import { uploadCode } from "../upload-code.ts";

export interface DeployStackInput {
  readonly endpointName: string;
  readonly bucket: string;
  /** The only prefix that the application reads pictures from; the datasets' where it is not given. */
  readonly picturePrefix?: string;
  /** What CloudFormation works as; the caller's own permissions where it is not given. */
  readonly cloudFormationRoleArn?: string | undefined;
  /** Caps what the application's roles may ever do. */
  readonly permissionsBoundaryArn?: string | undefined;
  /** From when on teardown may take the environment away. */
  readonly expiresAt?: Date | undefined;
  readonly timeoutMs?: number | undefined;
  readonly pollIntervalMs?: number;
}

export interface DeployedApplication {
  readonly stackName: string;
  readonly stackId: string;
  readonly change: DeployedStack["change"];
  readonly changes: DeployedStack["changes"];
  readonly stateMachineArn: string;
  readonly topicArn: string;
}

/**
 * Deploys the application: the Lambdas' bundles, the state machine, its topic and their roles, as one
 * stack. Where `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` is set, as on a local AWS, the classifying Lambda
 * gets it too. The run's tag is left out: it would make every run an update.
 * @throws StepError with the first failure of the stack's operation.
 */
export async function deployStack(
  context: Context,
  config: Config,
  input: DeployStackInput,
): Promise<DeployedApplication> {
  const { endpointName, bucket, picturePrefix, permissionsBoundaryArn = "" } = input;
  const files = await applicationFiles();
  const code = await uploadCode(context, bucket, keys.code(config), files);
  const stack = await applyStack(context, {
    name: names.stack(config),
    template: files.template,
    parameters: {
      CodeBucket: code.bucket,
      SerializeImageKey: code.lambdas["serialize-image"],
      ClassifyImageKey: code.lambdas["classify-image"],
      FilterInferencesKey: code.lambdas["filter-inferences"],
      StateMachineKey: code.stateMachine,
      EndpointName: endpointName,
      PictureBucket: bucket,
      PicturePrefix: picturePrefix ?? `${keys.environment(config)}datasets/`,
      Threshold: String(config.application.confidence),
      Routes: routes(config),
      PermissionsBoundaryArn: permissionsBoundaryArn,
      NotifyEmail: config.application.notify ?? "",
      SageMakerRuntimeEndpoint: process.env["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] ?? "",
    },
    tags: [...tags(config), expiryTag(input.expiresAt)],
    roleArn: input.cloudFormationRoleArn,
    timeoutMs: input.timeoutMs,
    ...(input.pollIntervalMs === undefined ? {} : { pollIntervalMs: input.pollIntervalMs }),
  });
  const output = (key: string) => {
    const value = stack.outputs[key];
    if (value === undefined) throw new StepError(`Stack ${stack.name} has no output ${key}.`);
    return value;
  };
  context.progress.line(`stack ${stack.name} ${stack.change}: ${output("StateMachineArn")}`);
  return {
    stackName: stack.name,
    stackId: stack.id,
    change: stack.change,
    changes: stack.changes,
    stateMachineArn: output("StateMachineArn"),
    topicArn: output("TopicArn"),
  };
}

/** In the order of the model's labels, which are the order of the configured classes. */
function routes({ dataset, application }: Config): string {
  return JSON.stringify(
    dataset.classes.map((vehicle) => ({ vehicle, ...application.routes[vehicle] })),
  );
}
