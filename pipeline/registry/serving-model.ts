import type { EndpointStatus } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { describeEndpoint } from "../endpoint/endpoint.ts";
import { describeEndpointConfig } from "../endpoint/endpoint-config.ts";
import { StepError } from "../errors.ts";
import { findModelPackage, readModelPackage } from "./model-package.ts";
import { names } from "../names.ts";

/** The model behind the environment's endpoint. */
export interface ServingModel {
  /** That of its training job. */
  readonly name: string;
  /** When its endpoint configuration was made. */
  readonly since: Date;
  /** Where its inferences are captured; undefined where they are not. */
  readonly captureUri?: string | undefined;
}

/** The model that serves, and what its answers are compared with. */
export interface ServingBaseline extends ServingModel {
  readonly evaluationUri: string;
}

/**
 * The evaluation of the model that serves, by its newest model package: what its approval was decided
 * by, also where it was measured anew as the champion of another dataset. Undefined where no endpoint
 * serves.
 * @throws StepError where the model that serves was never measured.
 */
export async function servingBaseline(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<ServingBaseline | undefined> {
  const served = await servingModel(context, config);
  if (served === undefined) return undefined;
  const { name } = served;
  const group = names.modelPackageGroup(config);
  const found = await findModelPackage(context, group, { trainingJobName: name });
  const registered = found === undefined ? undefined : await readModelPackage(context, found);
  const evaluationUri = registered?.lineage["evaluationUri"];
  if (evaluationUri !== undefined) return { ...served, evaluationUri };
  throw new StepError(
    `Model ${name} serves at ${names.endpoint(config)}, but ${group} holds no evaluation of it. Run the pipeline again.`,
  );
}

/**
 * The model that the environment's endpoint serves. Undefined where there is no endpoint, where it
 * never came up, and where its configuration is gone, so that nobody can tell.
 */
export async function servingModel(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<ServingModel | undefined> {
  const endpoint = await describeEndpoint(context, names.endpoint(config));
  if (endpoint === undefined || NOT_SERVING.has(endpoint.EndpointStatus)) return undefined;
  const served = await describeEndpointConfig(context, endpoint.EndpointConfigName);
  const name = served?.ProductionVariants?.[0]?.ModelName;
  if (name === undefined) return undefined;
  const { EnableCapture, DestinationS3Uri } = served?.DataCaptureConfig ?? {};
  return {
    name,
    since: served?.CreationTime ?? new Date(0),
    captureUri: EnableCapture === true ? DestinationS3Uri : undefined,
  };
}

const NOT_SERVING: ReadonlySet<EndpointStatus | undefined> = new Set([
  "Creating",
  "Deleting",
  "Failed",
  "OutOfService",
]);
