import { paginateListModelPackages } from "@aws-sdk/client-sagemaker";
import type { Context } from "./context.ts";
import { readModelPackage, type RegisteredModel } from "./model-package.ts";

/** Every version of a model package group. */
export async function* registeredModels(
  context: Context,
  ModelPackageGroupName: string,
): AsyncGenerator<RegisteredModel> {
  const pages = paginateListModelPackages(
    { client: context.clients.sagemaker },
    { ModelPackageGroupName },
    { abortSignal: context.signal },
  );
  for await (const { ModelPackageSummaryList = [] } of pages) {
    for (const { ModelPackageArn = "" } of ModelPackageSummaryList) {
      yield await readModelPackage(context, ModelPackageArn);
    }
  }
}
