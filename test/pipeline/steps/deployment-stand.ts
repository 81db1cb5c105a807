import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  type ModelApprovalStatus,
} from "@aws-sdk/client-sagemaker";
import { bucket, createModel, image } from "../../local/sagemaker/fixture.ts";
import { artifactMetadata } from "../registry/artifact-metadata.ts";
import { openStand, type Stand } from "./evaluation-stand.ts";

export interface PackageOptions {
  readonly status?: ModelApprovalStatus;
  /** `fail` is a model whose container does not come up. */
  readonly start?: string;
  /** The model that was measured, where that is another. */
  readonly measured?: string;
  /** The identity of its classes, as its lineage holds it. */
  readonly classes?: string;
}

/** A stand with a group for model packages. */
export async function openDeploymentStand(): Promise<Stand> {
  const stand = await openStand();
  await stand.fixture.sagemaker.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName: "packages" }),
  );
  return stand;
}

/** A model and its package, as deploy-endpoint's input. */
export async function createPackage(
  stand: Stand,
  modelName: string,
  { status = "Approved", start, measured = modelName, classes }: PackageOptions = {},
) {
  await createModel(stand.fixture, modelName, {
    answer: [0.75, 0.25],
    ...(start !== undefined && { start }),
  });
  const ModelDataUrl = `s3://${bucket}/models/${modelName}.tar.gz`;
  const { ModelPackageArn = "" } = await stand.fixture.sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: "packages",
      ModelPackageDescription: `Training job ${measured}, dataset 1`,
      ModelApprovalStatus: status,
      CustomerMetadataProperties: {
        trainingJobName: measured,
        ...(classes !== undefined && { classes }),
        ...(await artifactMetadata(stand.context, ModelDataUrl)),
      },
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl }],
        SupportedContentTypes: ["image/png"],
        SupportedResponseMIMETypes: ["application/json"],
      },
    }),
  );
  return { modelPackageArn: ModelPackageArn, bucket, pollIntervalMs: 25 };
}
