import { DescribeModelCommand } from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { artifactOf } from "./lineage.ts";
import { requireUnaltered } from "../training/model-artifact.ts";
import { readModelPackage } from "./model-package.ts";

/**
 * The name of the model that an Approved package was measured on.
 * @throws StepError where the package is not Approved or was not registered by evaluate-model, and
 * UnprovenError where its artifact is missing, corrupt or another than was measured.
 */
export async function approvedModel(
  context: Context,
  { modelPackageArn }: { readonly modelPackageArn: string },
): Promise<string> {
  const registered = await readModelPackage(context, modelPackageArn);
  const { lineage, modelDataUrl } = registered;
  if (registered.approval !== "Approved") {
    throw new StepError(
      `Model package ${modelPackageArn} is ${registered.approval}: only an Approved one is deployed. ` +
        (registered.reason ?? "Run gate-deployment first."),
    );
  }
  const modelName = lineage["trainingJobName"];
  if (modelName === undefined) {
    throw new StepError(
      `Model package ${modelPackageArn} does not say which training job it is of: it was not registered by evaluate-model. Deploy one that was.`,
    );
  }
  const model = await context.clients.sagemaker.send(
    new DescribeModelCommand({ ModelName: modelName }),
    { abortSignal: context.signal },
  );
  if (model.PrimaryContainer?.ModelDataUrl !== modelDataUrl) {
    throw new StepError(
      `Model ${modelName} serves ${model.PrimaryContainer?.ModelDataUrl}, but ${modelPackageArn} was measured on ` +
        `${modelDataUrl}. Run evaluate-model again.`,
    );
  }
  await requireUnaltered(context, modelDataUrl, artifactOf(lineage));
  return modelName;
}
