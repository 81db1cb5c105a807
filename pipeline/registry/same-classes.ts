import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { names } from "../names.ts";
import { findModelPackage, readModelPackage } from "./model-package.ts";
import { servingModel } from "./serving-model.ts";

/**
 * A model answers with numbers alone, and the stack's routes follow the endpoint: until they do, and when
 * the model is taken back, pictures would be led by another model's classes.
 * @throws StepError where the model that serves tells other classes apart than a model package, or has
 * them in another order.
 */
export async function requireSameClasses(
  context: Context,
  config: Config,
  modelPackageArn: string,
): Promise<void> {
  const served = await servingModel(context, config);
  if (served === undefined) return;
  const group = modelPackageArn.split("/").at(-2) ?? "";
  const found = await findModelPackage(context, group, { trainingJobName: served.name });
  if (found === undefined) return;
  const [former, wanted] = [
    (await readModelPackage(context, found)).lineage["classes"],
    (await readModelPackage(context, modelPackageArn)).lineage["classes"],
  ];
  if (former === undefined || wanted === undefined || former === wanted) return;
  throw new StepError(
    `Endpoint ${names.endpoint(config)} serves ${served.name}, which tells other classes apart than ${modelPackageArn}: ` +
      "until the stack knows these, pictures would be led by the former's routes. " +
      `Deploy it as another environment, or tear ${config.environment} down first.`,
  );
}
