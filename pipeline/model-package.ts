import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  paginateListModelPackages,
  type ProductionVariantInstanceType,
  type TransformInstanceType,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { StepError } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { names } from "./names.ts";
import { tags } from "./tags.ts";

export interface ModelPackageInput {
  readonly evaluation: Evaluation;
  readonly image: string;
  readonly modelDataUrl: string;
  /** Of the metrics that Studio draws. */
  readonly metricsUri: string;
  readonly seed: number;
  readonly run?: string;
}

type Settings = Pick<Config, "project" | "environment" | "evaluation" | "endpoint">;

/**
 * Registers a measured model, pending approval, in the environment's group, which is made where it is
 * missing. A model that an earlier run registered with the same dataset is found by its description,
 * and registered no second time.
 * @returns the model package's ARN
 */
export async function registerModel(
  context: Context,
  config: Settings,
  input: ModelPackageInput,
): Promise<string> {
  const { clients, progress, signal } = context;
  const group = names.modelPackageGroup(config);
  await ensureGroup(context, config, group, input.run);
  const description = `Training job ${input.evaluation.trainingJobName}, dataset ${input.evaluation.datasetHash}`;
  const pages = paginateListModelPackages(
    { client: clients.sagemaker },
    { ModelPackageGroupName: group },
    { abortSignal: signal },
  );
  for await (const { ModelPackageSummaryList = [] } of pages) {
    const found = ModelPackageSummaryList.find(
      (each) => each.ModelPackageDescription === description && isUsable(each.ModelPackageStatus),
    );
    if (found?.ModelPackageArn !== undefined) {
      progress.line(`model package version ${found.ModelPackageVersion} is there: adopted`);
      return found.ModelPackageArn;
    }
  }
  const { ModelPackageArn } = await clients.sagemaker.send(
    new CreateModelPackageCommand(request(config, input, group, description)),
    { abortSignal: signal },
  );
  if (ModelPackageArn === undefined) throw new StepError(`${group} got no new model package.`);
  progress.line(`model package version ${ModelPackageArn.split("/").at(-1)} of ${group}, pending`);
  return ModelPackageArn;
}

function isUsable(status: string | undefined): boolean {
  return status !== "Failed" && status !== "Deleting";
}

/** Tags belong to the group; AWS refuses them on a version. */
async function ensureGroup(
  { clients, signal }: Context,
  config: Settings,
  group: string,
  run?: string,
): Promise<void> {
  try {
    await clients.sagemaker.send(
      new CreateModelPackageGroupCommand({ ModelPackageGroupName: group, Tags: tags(config, run) }),
      { abortSignal: signal },
    );
  } catch (error) {
    if (!(error instanceof Error) || !/already exist/i.test(error.message)) throw error;
  }
}

function request(
  config: Settings,
  { evaluation, image, modelDataUrl, metricsUri, seed }: ModelPackageInput,
  group: string,
  description: string,
): CreateModelPackageCommandInput {
  return {
    ModelPackageGroupName: group,
    ModelPackageDescription: description,
    ModelApprovalStatus: "PendingManualApproval",
    InferenceSpecification: {
      Containers: [{ Image: image, ModelDataUrl: modelDataUrl }],
      SupportedContentTypes: ["image/png", "image/jpeg", "application/x-image"],
      SupportedResponseMIMETypes: ["application/json", "application/jsonlines"],
      SupportedRealtimeInferenceInstanceTypes: [
        config.endpoint.instanceType as ProductionVariantInstanceType,
      ],
      SupportedTransformInstanceTypes: [config.evaluation.instanceType as TransformInstanceType],
    },
    ModelMetrics: {
      ModelQuality: { Statistics: { ContentType: "application/json", S3Uri: metricsUri } },
    },
    CustomerMetadataProperties: {
      trainingJobName: evaluation.trainingJobName,
      datasetHash: evaluation.datasetHash,
      datasetSource: evaluation.datasetSource.slice(0, 256),
      accuracy: evaluation.accuracy.toFixed(4),
      correct: String(evaluation.correct),
      total: String(evaluation.total),
      seed: String(seed),
    },
  };
}
