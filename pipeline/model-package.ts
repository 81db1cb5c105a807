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
  /** Where the whole evaluation is. */
  readonly evaluationUri: string;
  readonly run?: string | undefined;
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
  const found = await findModelPackage(context, group, input.evaluation);
  if (found !== undefined) {
    progress.line(`model package version ${found.split("/").at(-1)} is there: adopted`);
    return found;
  }
  const { ModelPackageArn } = await clients.sagemaker.send(
    new CreateModelPackageCommand(request(config, input, group)),
    { abortSignal: signal },
  );
  if (ModelPackageArn === undefined) throw new StepError(`${group} got no new model package.`);
  progress.line(`model package version ${ModelPackageArn.split("/").at(-1)} of ${group}, pending`);
  return ModelPackageArn;
}

type Measured = Pick<Evaluation, "trainingJobName" | "datasetHash">;

/**
 * The ARN of the newest package that a model got, by its description: for a dataset, or for any where
 * none is named.
 */
export async function findModelPackage(
  { clients, signal }: Context,
  group: string,
  measured: Pick<Measured, "trainingJobName"> & Partial<Measured>,
): Promise<string | undefined> {
  const pages = paginateListModelPackages(
    { client: clients.sagemaker },
    { ModelPackageGroupName: group, SortBy: "CreationTime", SortOrder: "Descending" },
    { abortSignal: signal },
  );
  const { trainingJobName, datasetHash } = measured;
  const isOf = (description = "") =>
    datasetHash === undefined
      ? description.startsWith(describe({ trainingJobName, datasetHash: "" }))
      : description === describe({ trainingJobName, datasetHash });
  for await (const { ModelPackageSummaryList = [] } of pages) {
    const found = ModelPackageSummaryList.find(
      ({ ModelPackageDescription, ModelPackageStatus }) =>
        isOf(ModelPackageDescription) &&
        ModelPackageStatus !== "Failed" &&
        ModelPackageStatus !== "Deleting",
    );
    if (found !== undefined) return found.ModelPackageArn;
  }
  return undefined;
}

function describe({ trainingJobName, datasetHash }: Measured): string {
  return `Training job ${trainingJobName}, dataset ${datasetHash}`;
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
  { evaluation, evaluationUri, image, modelDataUrl, metricsUri, seed }: ModelPackageInput,
  group: string,
): CreateModelPackageCommandInput {
  return {
    ModelPackageGroupName: group,
    ModelPackageDescription: describe(evaluation),
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
      // What AWS takes as a value: a file name may hold more.
      datasetSource: evaluation.datasetSource
        .replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, "_")
        .slice(0, 256),
      accuracy: evaluation.accuracy.toFixed(4),
      correct: String(evaluation.correct),
      total: String(evaluation.total),
      seed: String(seed),
      evaluationUri,
    },
  };
}
