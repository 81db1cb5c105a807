import {
  DescribeEndpointConfigCommand,
  DescribeModelPackageCommand,
  paginateListModelPackages,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { describeEndpoint } from "./endpoint.ts";
import { StepError } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { findModelPackage } from "./model-package.ts";
import { names } from "./names.ts";

/** The model behind the environment's endpoint, as it was measured. */
export interface ServingModel {
  readonly name: string;
  /** Right test pictures of the same dataset. */
  readonly correct: number;
}

/**
 * The model that serves, by its own model package. Undefined where none serves, and where it was
 * measured on another dataset: the two numbers can't be compared then.
 */
export async function servingModel(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  { datasetHash, total }: Evaluation,
): Promise<ServingModel | undefined> {
  const { clients, progress, signal } = context;
  const name = await servedName(context, names.endpoint(config));
  if (name === undefined) return undefined;
  const found = await findModelPackage(context, names.modelPackageGroup(config), {
    trainingJobName: name,
    datasetHash,
  });
  if (found === undefined) {
    progress.line(`the model that serves, ${name}, was measured on other pictures: not compared`);
    return undefined;
  }
  const { CustomerMetadataProperties: measured } = await clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: found }),
    { abortSignal: signal },
  );
  const correct = Number(measured?.["correct"] ?? Number.NaN);
  return Number.isInteger(correct) && correct <= total ? { name, correct } : undefined;
}

/**
 * Where the evaluation of the model that serves is: of its newest model package. Undefined where no
 * endpoint serves.
 * @throws StepError where the model that serves was never measured.
 */
export async function servingEvaluationUri(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<string | undefined> {
  const { clients, signal } = context;
  const endpoint = names.endpoint(config);
  const name = await servedName(context, endpoint);
  if (name === undefined) return undefined;
  const group = names.modelPackageGroup(config);
  const pages = paginateListModelPackages(
    { client: clients.sagemaker },
    { ModelPackageGroupName: group, SortBy: "CreationTime", SortOrder: "Descending" },
    { abortSignal: signal },
  );
  for await (const { ModelPackageSummaryList = [] } of pages) {
    for (const { ModelPackageArn } of ModelPackageSummaryList) {
      const { CustomerMetadataProperties: measured } = await clients.sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }),
        { abortSignal: signal },
      );
      const uri = measured?.["evaluationUri"];
      if (measured?.["trainingJobName"] === name && uri !== undefined) return uri;
    }
  }
  throw new StepError(
    `Model ${name} serves at ${endpoint}, but ${group} holds no evaluation of it. Run the pipeline again.`,
  );
}

async function servedName(context: Context, endpointName: string): Promise<string | undefined> {
  const endpoint = await describeEndpoint(context, endpointName);
  if (endpoint === undefined) return undefined;
  try {
    const { ProductionVariants } = await context.clients.sagemaker.send(
      new DescribeEndpointConfigCommand({ EndpointConfigName: endpoint.EndpointConfigName }),
      { abortSignal: context.signal },
    );
    return ProductionVariants?.[0]?.ModelName;
  } catch (error) {
    // AWS lets a configuration go while its endpoint serves.
    if (error instanceof Error && /could not find/i.test(error.message)) return undefined;
    throw error;
  }
}
