import { applicationFiles } from "../stack/bundle.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { expiryTag } from "../teardown/expiry.ts";
import { architectureOf } from "../stack/lambda-architecture.ts";
import { keys, names } from "../names.ts";
import { hourlyCostLine } from "../prices/prices.ts";
import { applyStack, type DeployedStack } from "../stack/stack.ts";
import { placeTemplate } from "../stack/stack-template.ts";
import { keepTag, tags } from "../tags.ts";
import { uploadCode } from "../stack/upload-code.ts";

export interface DeployStackInput {
  readonly endpointName: string;
  readonly bucket: string;
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
  /** The STANDARD state machine that fans out over a prefix of pictures. */
  readonly fleetArn: string;
  /** Where pictures are posted, signed for `execute-api`. */
  readonly apiUrl: string;
  readonly topicArn: string;
  readonly dashboardName: string;
  /** Of every alarm, those that roll an update of the endpoint back and the others. */
  readonly alarmNames: readonly string[];
}

/**
 * Deploys the application: the Lambdas' bundles, the state machines, their API, topic, alarms, dashboard and
 * roles, as one stack. Where `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` is set, as on a local AWS, the classifying Lambda
 * gets it too. The run's tag is left out: it would make every run an update.
 * @throws StepError with the first failure of the stack's operation.
 * @throws UsageError from a machine whose native code AWS Lambda cannot load.
 */
export async function deployStack(
  context: Context,
  config: Config,
  input: DeployStackInput,
): Promise<DeployedApplication> {
  const { endpointName, bucket, permissionsBoundaryArn = "" } = input;
  const files = await applicationFiles();
  const architecture = architectureOf(files.platform);
  const prefix = keys.code(config);
  const code = await uploadCode(context, bucket, prefix, files.code);
  const { region } = config;
  const template = await placeTemplate(context, { bucket, prefix, region }, files.template);
  const { confidence, notify = "", fleet, api } = config.application;
  const stack = await applyStack(context, {
    name: names.stack(config),
    template,
    parameters: {
      CodeBucket: bucket,
      ...code,
      Architecture: architecture,
      EndpointName: endpointName,
      PictureBucket: bucket,
      PicturePrefix: keys.datasets(config),
      UploadPrefix: keys.uploads(config),
      ResultsPrefix: keys.fleet(config),
      ApiRateLimit: String(api.rateLimit),
      ApiBurstLimit: String(api.burstLimit),
      Threshold: String(confidence),
      Routes: routes(config),
      PermissionsBoundaryArn: permissionsBoundaryArn,
      NotifyEmail: notify,
      BatchSize: String(fleet.batchSize),
      MaxConcurrency: String(fleet.maxConcurrency),
      ToleratedFailurePercentage: String(fleet.toleratedFailurePercentage),
      MaxLatencyInMicroseconds: String(config.endpoint.maxLatencyMs * 1000),
      EndpointCost: hourlyCostLine({ region, ...config.endpoint }),
      SageMakerRuntimeEndpoint: process.env["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] ?? "",
    },
    tags: [...tags(config), expiryTag(input.expiresAt), keepTag(config)],
    roleArn: input.cloudFormationRoleArn,
    timeoutMs: input.timeoutMs,
    ...(input.pollIntervalMs === undefined ? {} : { pollIntervalMs: input.pollIntervalMs }),
  });
  const output = (key: string) => {
    const value = stack.outputs[key];
    if (value === undefined)
      throw new StepError(
        `Stack ${stack.name} has no output ${key}: it is of another template. Delete it and run deploy-stack again.`,
      );
    return value;
  };
  context.progress.line(`stack ${stack.name} ${stack.change}: ${output("StateMachineArn")}`);
  return {
    stackName: stack.name,
    stackId: stack.id,
    change: stack.change,
    changes: stack.changes,
    stateMachineArn: output("StateMachineArn"),
    fleetArn: output("FleetArn"),
    apiUrl: output("ApiUrl"),
    topicArn: output("TopicArn"),
    dashboardName: output("DashboardName"),
    alarmNames: output("AlarmNames").split(","),
  };
}

/** In the order of the model's labels: that of the configured classes, behind them the background, without a route. */
function routes({ dataset: { classes, background }, application }: Config): string {
  const last = background.count > 0 ? [{ vehicle: background.name }] : [];
  const vehicles = classes.map((vehicle) => ({ vehicle, ...application.routes[vehicle] }));
  return JSON.stringify([...vehicles, ...last]);
}
