import { isDeepStrictEqual } from "node:util";
import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  type ModelApprovalStatus,
  paginateListModelPackages,
  type ProductionVariantInstanceType,
  type TransformInstanceType,
  UpdateModelPackageCommand,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError, UnprovenError } from "../errors.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import { artifactOf, type Lineage, type LineageInput, writeLineage } from "./lineage.ts";
import { requireUnaltered, type StoredArtifact } from "../training/model-artifact.ts";
import { names } from "../names.ts";
import { tags } from "../tags.ts";

interface ModelPackageInput extends LineageInput {
  readonly image: string;
  readonly modelDataUrl: string;
  /** Of the metrics that Studio draws. */
  readonly metricsUri: string;
  readonly artifact: StoredArtifact;
  /** When the transform job began that measured it. */
  readonly startedAt: Date;
}

/** What is read back of a model package. */
export interface RegisteredModel {
  readonly arn: string;
  readonly approval: ModelApprovalStatus | undefined;
  /** Of the approval or the rejection. */
  readonly reason: string | undefined;
  readonly image: string;
  readonly modelDataUrl: string;
  readonly lineage: Lineage;
}

type Settings = Pick<Config, "project" | "environment" | "evaluation" | "endpoint">;

/**
 * Registers a measured model, pending approval, in the environment's group. A model that an earlier
 * run registered with the same dataset is found by its description, and registered no second time:
 * its metadata follow the newest measurement, but keep the first commit.
 * @returns the model package's ARN
 * @throws UnprovenError where the artifact is not the one that was measured.
 */
export async function registerModel(
  context: Context,
  config: Settings,
  input: ModelPackageInput,
): Promise<string> {
  const { clients, progress, signal } = context;
  const group = names.modelPackageGroup(config);
  const found = await findModelPackage(context, group, input.evaluation);
  if (found !== undefined) {
    progress.line(`model package version ${found.split("/").at(-1)} is there: adopted`);
    await refreshLineage(context, found, input);
    return found;
  }
  requireOlder(input);
  const { ModelPackageArn } = await clients.sagemaker.send(
    new CreateModelPackageCommand(request(config, input, group)),
    { abortSignal: signal },
  );
  if (ModelPackageArn === undefined)
    throw new StepError(
      `${group} got no new model package: SageMaker answered without an ARN. Run evaluate-model again.`,
    );
  progress.line(`model package version ${ModelPackageArn.split("/").at(-1)} of ${group}, pending`);
  return ModelPackageArn;
}

/** The transform job may be an earlier run's, which registered nothing. */
function requireOlder({ artifact, startedAt, modelDataUrl }: ModelPackageInput): void {
  if (artifact.modified <= startedAt) return;
  throw new UnprovenError(
    `${modelDataUrl} was altered at ${artifact.modified.toISOString()}, after its transform job had begun at ` +
      `${startedAt.toISOString()}: that may have measured another. Train anew (train-model's input retrain).`,
  );
}

/** A champion of before stays, until there is another: the approval was decided beside it. */
async function refreshLineage(
  context: Context,
  arn: string,
  input: ModelPackageInput,
): Promise<void> {
  const { lineage: before } = await readModelPackage(context, arn);
  const registered = artifactOf(before);
  if (registered === undefined) requireOlder(input);
  else await requireUnaltered(context, input.modelDataUrl, registered);
  const commit = before["commit"] ?? input.commit;
  const kept = Object.entries(before).filter(
    ([key]) => input.champion === undefined || !key.startsWith("champion"),
  );
  const after = { ...Object.fromEntries(kept), ...writeLineage({ ...input, commit }) };
  if (isDeepStrictEqual(before, after)) return;
  const stale = Object.keys(before).filter((key) => !(key in after));
  await context.clients.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: arn,
      // All of them: whether those left out stay is not documented.
      CustomerMetadataProperties: after,
      ...(stale.length > 0 && { CustomerMetadataPropertiesToRemove: stale }),
    }),
    { abortSignal: context.signal },
  );
}

/** A model package by its ARN. */
export async function readModelPackage(
  { clients, signal }: Context,
  arn: string,
): Promise<RegisteredModel> {
  const found = await clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: arn }),
    { abortSignal: signal },
  );
  const container = found.InferenceSpecification?.Containers?.[0];
  return {
    arn,
    approval: found.ModelApprovalStatus,
    reason: found.ApprovalDescription,
    image: container?.Image ?? "",
    modelDataUrl: container?.ModelDataUrl ?? "",
    lineage: found.CustomerMetadataProperties ?? {},
  };
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

/** Makes the environment's group where it is missing. It has the tags: AWS refuses them on a version. */
export async function ensureModelPackageGroup(
  { clients, signal }: Context,
  config: Settings,
  run?: string,
): Promise<void> {
  const group = names.modelPackageGroup(config);
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
  input: ModelPackageInput,
  group: string,
): CreateModelPackageCommandInput {
  const { image, modelDataUrl, metricsUri } = input;
  return {
    ModelPackageGroupName: group,
    ModelPackageDescription: describe(input.evaluation),
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
    CustomerMetadataProperties: writeLineage(input),
  };
}
