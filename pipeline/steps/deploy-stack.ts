import { readFile } from "node:fs/promises";
import { uploadCode } from "../bundle.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { keys, names } from "../names.ts";
import { applyStack, type DeployedStack } from "../stack.ts";
import { tags } from "../tags.ts";

const TEMPLATE = new URL("../../cloudformation/application.yaml", import.meta.url);

export interface DeployStackInput {
  readonly endpointName: string;
  readonly bucket: string;
  /** The only prefix that the application reads pictures from; the datasets' where it is not given. */
  readonly picturePrefix?: string;
  readonly pollIntervalMs?: number;
}

export interface DeployedApplication {
  readonly stackName: string;
  readonly stackId: string;
  readonly change: DeployedStack["change"];
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
  { endpointName, bucket, picturePrefix, pollIntervalMs }: DeployStackInput,
): Promise<DeployedApplication> {
  const code = await uploadCode(context, bucket, keys.code(config));
  const stack = await applyStack(context, {
    name: names.stack(config),
    template: await readFile(TEMPLATE, "utf8"),
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
      NotifyEmail: config.application.notify ?? "",
      SageMakerRuntimeEndpoint: process.env["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] ?? "",
    },
    tags: tags(config),
    ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
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
