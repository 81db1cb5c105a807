import type {
  CreateModelPackageGroupCommandInput,
  CreateModelPackageGroupCommandOutput,
  DeleteModelPackageGroupCommandInput,
  DescribeModelPackageGroupCommandInput,
  DescribeModelPackageGroupCommandOutput,
  ListModelPackageGroupsCommandInput,
  ListModelPackageGroupsCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { findGroup, packagesOf } from "./model-package-store.ts";
import { arnOf, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

/** CreateModelPackageGroup, DescribeModelPackageGroup, ListModelPackageGroups, DeleteModelPackageGroup. */
export function modelPackageGroupOperations(service: Service) {
  return {
    CreateModelPackageGroup(
      input: Valid<CreateModelPackageGroupCommandInput>,
    ): Answer<CreateModelPackageGroupCommandOutput> {
      const name = input.ModelPackageGroupName;
      const arn = arnOf(service, `model-package-group/${name}`);
      if (service.modelPackageGroups.has(name)) {
        throw validationException(`Model Package Group already exists: ${arn}`);
      }
      const group = { request: input, arn, created: new Date(), lastVersion: 0 };
      service.modelPackageGroups.set(name, group);
      tagNew(service, arn, input.Tags);
      return { ModelPackageGroupArn: arn };
    },
    DescribeModelPackageGroup(
      input: Valid<DescribeModelPackageGroupCommandInput>,
    ): Answer<DescribeModelPackageGroupCommandOutput> {
      const { request, arn, created } = findGroup(service, input.ModelPackageGroupName);
      const { Tags: _tags, ...answer } = request;
      return {
        ...answer,
        ModelPackageGroupArn: arn,
        CreationTime: created,
        CreatedBy: {},
        ModelPackageGroupStatus: "Completed",
      };
    },
    ListModelPackageGroups(
      input: Valid<ListModelPackageGroupsCommandInput>,
    ): Answer<ListModelPackageGroupsCommandOutput> {
      const groups = service.modelPackageGroups.values();
      const { page, NextToken } = listPage(groups, input, "Ascending", ({ request, created }) => {
        return { name: request.ModelPackageGroupName, created };
      });
      const ModelPackageGroupSummaryList = page.map(({ request, arn, created }) => ({
        ModelPackageGroupName: request.ModelPackageGroupName,
        ModelPackageGroupArn: arn,
        ModelPackageGroupDescription: request.ModelPackageGroupDescription,
        CreationTime: created,
        ModelPackageGroupStatus: "Completed" as const,
      }));
      return { ModelPackageGroupSummaryList, NextToken };
    },
    DeleteModelPackageGroup(input: Valid<DeleteModelPackageGroupCommandInput>) {
      const { request, arn } = findGroup(service, input.ModelPackageGroupName);
      const name = request.ModelPackageGroupName;
      if (packagesOf(service, name).length > 0) {
        throw new ServiceError(
          "ConflictException",
          `Model Package Group cannot be deleted: ${arn} still holds model packages.`,
        );
      }
      service.modelPackageGroups.delete(name);
      service.tags.delete(arn);
      return {};
    },
  };
}
