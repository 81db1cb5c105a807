import {
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  paginateListModelPackages,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { ifPresent, isAbsent } from "../errors.ts";
import { readModelPackage, type RegisteredModel } from "./model-package.ts";

/** Every version of a model package group; none of one that is gone. */
export async function* registeredModels(
  context: Context,
  group: string,
): AsyncGenerator<RegisteredModel> {
  for (const arn of await versionsOf(context, group)) {
    const model = await ifPresent(readModelPackage(context, arn));
    if (model !== undefined) yield model;
  }
}

/** Deletes a model package group with all its versions; what is gone is done already. */
export async function removeRegistry(context: Context, group: string): Promise<void> {
  const { sagemaker } = context.clients;
  const abort = { abortSignal: context.signal };
  for (const ModelPackageName of await versionsOf(context, group)) {
    await ifPresent(sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName }), abort));
  }
  const request = new DeleteModelPackageGroupCommand({ ModelPackageGroupName: group });
  await ifPresent(sagemaker.send(request, abort));
}

/** All of them before one is deleted: that would move the pages. */
async function versionsOf(
  { clients, signal }: Context,
  ModelPackageGroupName: string,
): Promise<string[]> {
  const pages = paginateListModelPackages(
    { client: clients.sagemaker, pageSize: 100 },
    { ModelPackageGroupName },
    { abortSignal: signal },
  );
  const arns: string[] = [];
  try {
    for await (const { ModelPackageSummaryList = [] } of pages)
      arns.push(...ModelPackageSummaryList.map(({ ModelPackageArn = "" }) => ModelPackageArn));
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return arns;
}
