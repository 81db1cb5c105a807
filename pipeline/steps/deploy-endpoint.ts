import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { type Endpoint, notServing, settledEndpoint } from "../endpoint.ts";
import { ensureEndpointConfig } from "../endpoint-config.ts";
import { StepError } from "../errors.ts";
import { names } from "../names.ts";
import { poll } from "../poll.ts";
import { expiryTag, setExpiry } from "../expiry.ts";
import { deregisterScaling, registerScaling } from "../scaling.ts";
import { tags } from "../tags.ts";

export interface DeployEndpointInput {
  readonly modelPackageArn: string;
  readonly bucket: string;
  /** From when on teardown may take the environment away; it stays where this is not given. */
  readonly expiresAt?: Date | undefined;
  readonly run?: string | undefined;
  readonly pollIntervalMs?: number;
}

export interface DeployedEndpoint {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly change: "created" | "updated" | "unchanged";
  /** What served before, where it was updated. */
  readonly previousEndpointConfigName?: string | undefined;
}

/**
 * Serves an Approved model package at the environment's endpoint, with data capture and autoscaling,
 * and checks afterwards that what serves is what was asked for.
 * @throws StepError when the package is not Approved, was altered, or the endpoint does not come up.
 */
export async function deployEndpoint(
  context: Context,
  config: Config,
  input: DeployEndpointInput,
): Promise<DeployedEndpoint> {
  const modelName = await approvedModel(context, input);
  const endpointName = names.endpoint(config);
  const before = await settledEndpoint(context, config, endpointName, input);
  const endpointConfigName = await ensureEndpointConfig(context, config, {
    ...input,
    modelName,
  });
  // Before the wait: an old expiry must not take away what is being deployed.
  if (before !== undefined) await setExpiry(context, before.EndpointArn, input.expiresAt);
  const change = await bringUp(context, config, input, {
    before,
    endpointName,
    endpointConfigName,
  });
  const after = await settledEndpoint(context, config, endpointName, input);
  if (after?.EndpointStatus !== "InService") throw notServing(endpointName, after);
  // Also where the former model serves on after a roll-back.
  await registerScaling(context, config, endpointName);
  if (after.EndpointConfigName !== endpointConfigName) {
    throw new StepError(
      `Endpoint ${endpointName} is InService with ${after.EndpointConfigName}, not with ${endpointConfigName}: ` +
        `the update was rolled back (${after.FailureReason ?? "no reason given"}). The former model still serves.`,
    );
  }
  context.progress.line(`endpoint ${endpointName} is InService (${change})`);
  const previousEndpointConfigName = change === "updated" ? before?.EndpointConfigName : undefined;
  return { endpointName, endpointConfigName, change, previousEndpointConfigName };
}

/** The model that the package was measured on; its artifact must be the package's. */
async function approvedModel(
  { clients }: Context,
  { modelPackageArn }: DeployEndpointInput,
): Promise<string> {
  const modelPackage = await clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }),
  );
  if (modelPackage.ModelApprovalStatus !== "Approved") {
    throw new StepError(
      `Model package ${modelPackageArn} is ${modelPackage.ModelApprovalStatus}: only an Approved one is deployed. ` +
        (modelPackage.ApprovalDescription ?? "Run gate-deployment first."),
    );
  }
  const modelName = modelPackage.CustomerMetadataProperties?.["trainingJobName"];
  if (modelName === undefined) {
    throw new StepError(
      `Model package ${modelPackageArn} does not say which training job it is of: it was not registered by evaluate-model. Deploy one that was.`,
    );
  }
  const model = await clients.sagemaker.send(new DescribeModelCommand({ ModelName: modelName }));
  const measured = modelPackage.InferenceSpecification?.Containers?.[0]?.ModelDataUrl;
  if (model.PrimaryContainer?.ModelDataUrl !== measured) {
    throw new StepError(
      `Model ${modelName} serves ${model.PrimaryContainer?.ModelDataUrl}, but ${modelPackageArn} was measured on ` +
        `${measured}. Run evaluate-model again.`,
    );
  }
  return modelName;
}

async function bringUp(
  context: Context,
  config: Config,
  { run, expiresAt }: DeployEndpointInput,
  target: { before: Endpoint | undefined; endpointName: string; endpointConfigName: string },
): Promise<DeployedEndpoint["change"]> {
  const { endpointName, endpointConfigName, before } = target;
  const { sagemaker } = context.clients;
  const request = { EndpointName: endpointName, EndpointConfigName: endpointConfigName };
  if (before?.EndpointStatus === "InService") {
    if (before.EndpointConfigName === endpointConfigName) return "unchanged";
    await deregisterScaling(context, endpointName); // a scaling activity would block the update
    await onceVisible(context, () => sagemaker.send(new UpdateEndpointCommand(request)));
    return "updated";
  }
  if (before !== undefined) {
    if (before.EndpointStatus !== "Failed") throw notServing(endpointName, before);
    context.progress.line(`endpoint ${endpointName} is Failed: deleted and made anew`);
    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
    await settledEndpoint(context, config, endpointName);
  }
  await onceVisible(context, () =>
    sagemaker.send(
      new CreateEndpointCommand({
        ...request,
        Tags: [...tags(config, run), expiryTag(expiresAt)],
      }),
    ),
  );
  return "created";
}

/** An endpoint configuration just made can be invisible for up to a minute (eventual consistency). */
async function onceVisible(context: Context, send: () => Promise<unknown>): Promise<void> {
  await poll(
    async () => {
      try {
        await send();
        return true;
      } catch (error) {
        if (error instanceof Error && /could not find endpoint config/i.test(error.message)) {
          return undefined;
        }
        throw error;
      }
    },
    {
      what: "The new endpoint configuration",
      timeoutMs: 60_000,
      intervalMs: 3000,
      signal: context.signal,
      resume: "It stays invisible to SageMaker; run the step again.",
    },
  );
}
