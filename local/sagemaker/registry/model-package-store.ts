import type {
  CreateModelPackageCommandInput,
  CreateModelPackageGroupCommandInput,
  ModelApprovalStatus,
} from "@aws-sdk/client-sagemaker";
import { arnOf, type Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

export interface ModelPackageGroup {
  readonly request: Valid<CreateModelPackageGroupCommandInput>;
  readonly arn: string;
  readonly created: Date;
  /** The version last given. Versions are not given again. */
  lastVersion: number;
}

export interface ModelPackage {
  readonly arn: string;
  /** The group's name, or the package's own where it is in none. */
  readonly name: string;
  readonly group: string | undefined;
  readonly version: number | undefined;
  readonly created: Date;
  request: Valid<CreateModelPackageCommandInput>;
  approvalStatus: ModelApprovalStatus | undefined;
  approvalDescription?: string | undefined;
  modified?: Date;
}

/** A group by its name or ARN. @throws ServiceError ValidationException */
export function findGroup(service: Service, nameOrArn: string): ModelPackageGroup {
  const name = nameOrArn.split("/").at(-1) ?? nameOrArn;
  const group = service.modelPackageGroups.get(name);
  if (group !== undefined) return group;
  const arn = arnOf(service, `model-package-group/${name}`);
  throw validationException(`ModelPackageGroup ${arn} does not exist.`);
}

/** A package by its ARN, or by its name with or without a version. @throws ServiceError */
export function findPackage(service: Service, nameOrArn: string): ModelPackage {
  const arn = nameOrArn.startsWith("arn:")
    ? nameOrArn
    : arnOf(service, `model-package/${nameOrArn}`);
  const found = service.modelPackages.get(arn);
  if (found !== undefined) return found;
  throw validationException(`ModelPackage ${arn} does not exist.`);
}

/** The packages of a group, oldest first. */
export function packagesOf(service: Service, group: string): ModelPackage[] {
  return [...service.modelPackages.values()].filter((one) => one.group === group);
}
