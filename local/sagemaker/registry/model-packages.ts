import type {
  CreateModelPackageCommandInput,
  CreateModelPackageCommandOutput,
  DeleteModelPackageCommandInput,
  DescribeModelPackageCommandInput,
  DescribeModelPackageCommandOutput,
  ListModelPackagesCommandInput,
  ListModelPackagesCommandOutput,
  UpdateModelPackageCommandInput,
  UpdateModelPackageCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { findGroup, findPackage, type ModelPackage } from "./model-package-store.ts";
import { arnOf, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

/** CreateModelPackage, DescribeModelPackage, UpdateModelPackage, ListModelPackages, DeleteModelPackage. */
export function modelPackageOperations(service: Service) {
  return {
    CreateModelPackage(
      input: Valid<CreateModelPackageCommandInput>,
    ): Answer<CreateModelPackageCommandOutput> {
      const repeated = createdWith(service, input.ClientToken);
      if (repeated !== undefined) return { ModelPackageArn: repeated.arn };
      const created = newPackage(service, input);
      if (service.modelPackages.has(created.arn)) {
        throw new ServiceError(
          "ConflictException",
          `Model Package already exists: ${created.arn}. Choose another name.`,
        );
      }
      service.modelPackages.set(created.arn, created);
      tagNew(service, created.arn, input.Tags);
      return { ModelPackageArn: created.arn };
    },
    DescribeModelPackage(
      input: Valid<DescribeModelPackageCommandInput>,
    ): Answer<DescribeModelPackageCommandOutput> {
      return describe(findPackage(service, input.ModelPackageName));
    },
    UpdateModelPackage(
      input: Valid<UpdateModelPackageCommandInput>,
    ): Answer<UpdateModelPackageCommandOutput> {
      const found = findPackage(service, input.ModelPackageArn);
      change(found, input);
      return { ModelPackageArn: found.arn };
    },
    ListModelPackages(
      input: Valid<ListModelPackagesCommandInput>,
    ): Answer<ListModelPackagesCommandOutput> {
      const { page, NextToken } = listPage(
        wanted(service, input),
        input,
        "Ascending",
        ({ name, version = 0, created }) => {
          // Padded, so that versions of the same millisecond keep their order.
          return { name: `${name}/${String(version).padStart(9, "0")}`, created };
        },
      );
      return { ModelPackageSummaryList: page.map(summary), NextToken };
    },
    DeleteModelPackage(input: Valid<DeleteModelPackageCommandInput>) {
      const { arn } = findPackage(service, input.ModelPackageName);
      service.modelPackages.delete(arn);
      service.tags.delete(arn);
      return {};
    },
  };
}

/** A package made by the same request before: its answer was lost, and the client asks again. */
function createdWith(service: Service, token: string | undefined): ModelPackage | undefined {
  if (token === undefined) return undefined;
  return [...service.modelPackages.values()].find(({ request }) => request.ClientToken === token);
}

function newPackage(service: Service, input: Valid<CreateModelPackageCommandInput>): ModelPackage {
  const { ModelPackageName, ModelPackageGroupName, Tags } = input;
  if (ModelPackageName !== undefined && ModelPackageGroupName !== undefined) {
    throw validationException(
      "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine " +
        "which one to use.",
    );
  }
  const created = new Date();
  if (ModelPackageGroupName === undefined) {
    const name = ModelPackageName;
    if (name === undefined) throw validationException("Missing ARN.");
    const arn = arnOf(service, `model-package/${name}`);
    return {
      arn,
      name,
      group: undefined,
      version: undefined,
      created,
      request: input,
      approvalStatus: undefined,
    };
  }
  if (Tags !== undefined && Tags.length > 0) {
    throw validationException(
      "Tags cannot be provided for a versioned model package; tag the model package group instead.",
    );
  }
  const group = findGroup(service, ModelPackageGroupName);
  const name = group.request.ModelPackageGroupName;
  const version = ++group.lastVersion;
  return {
    arn: arnOf(service, `model-package/${name}/${version}`),
    name,
    group: name,
    version,
    created,
    request: input,
    approvalStatus: input.ModelApprovalStatus ?? "PendingManualApproval",
  };
}

function change(found: ModelPackage, input: Valid<UpdateModelPackageCommandInput>): void {
  const metadata = {
    ...found.request.CustomerMetadataProperties,
    ...input.CustomerMetadataProperties,
  };
  for (const key of input.CustomerMetadataPropertiesToRemove ?? []) delete metadata[key];
  if (Object.keys(metadata).length > 50) {
    throw validationException("A model package carries at most 50 CustomerMetadataProperties.");
  }
  found.request = {
    ...found.request,
    ...(Object.keys(metadata).length > 0 && { CustomerMetadataProperties: metadata }),
    ...(input.InferenceSpecification && { InferenceSpecification: input.InferenceSpecification }),
    ...(input.SourceUri !== undefined && { SourceUri: input.SourceUri }),
  };
  if (Object.keys(metadata).length === 0) delete found.request.CustomerMetadataProperties;
  found.approvalStatus = input.ModelApprovalStatus ?? found.approvalStatus;
  found.approvalDescription = input.ApprovalDescription ?? found.approvalDescription;
  found.modified = new Date();
}

function wanted(service: Service, input: Valid<ListModelPackagesCommandInput>): ModelPackage[] {
  const { ModelPackageGroupName, ModelApprovalStatus, ModelPackageType = "Unversioned" } = input;
  const group =
    ModelPackageGroupName &&
    findGroup(service, ModelPackageGroupName).request.ModelPackageGroupName;
  return [...service.modelPackages.values()].filter((one) => {
    const versioned = one.version !== undefined;
    const ofType =
      group !== undefined ||
      ModelPackageType === "Both" ||
      versioned === (ModelPackageType === "Versioned");
    const approved =
      ModelApprovalStatus === undefined || one.approvalStatus === ModelApprovalStatus;
    return ofType && approved && (group === undefined || one.group === group);
  });
}

function summary(found: ModelPackage) {
  const { ModelPackageName, ...rest } = identity(found);
  return {
    ...rest,
    // A version in a group has no name of its own in a list.
    ...(found.group === undefined && { ModelPackageName }),
    ModelPackageDescription: found.request.ModelPackageDescription,
    CreationTime: found.created,
    ModelPackageStatus: "Completed" as const,
    ModelApprovalStatus: found.approvalStatus,
  };
}

function identity({ arn, name, group, version }: ModelPackage) {
  return {
    ModelPackageArn: arn,
    ModelPackageName: name,
    ModelPackageGroupName: group,
    ModelPackageVersion: version,
  };
}

function describe(found: ModelPackage): Answer<DescribeModelPackageCommandOutput> {
  const { Tags: _tags, ClientToken: _token, ...request } = found.request;
  return {
    ...request,
    ...identity(found),
    CertifyForMarketplace: request.CertifyForMarketplace ?? false,
    CreationTime: found.created,
    CreatedBy: {},
    LastModifiedTime: found.modified,
    LastModifiedBy: found.modified && {},
    ModelPackageStatus: "Completed",
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    ModelApprovalStatus: found.approvalStatus,
    ApprovalDescription: found.approvalDescription,
  };
}
