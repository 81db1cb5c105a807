import {
  DescribeEndpointConfigCommand,
  DescribeModelPackageCommand,
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
  const { progress } = context;
  const name = (await modelBehind(context, names.endpoint(config)))?.name;
  if (name === undefined) return undefined;
  const found = await findModelPackage(context, names.modelPackageGroup(config), {
    trainingJobName: name,
    datasetHash,
  });
  if (found === undefined) {
    progress.line(`the model that serves, ${name}, was measured on other pictures: not compared`);
    return undefined;
  }
  const correct = Number((await metadataOf(context, found))["correct"] ?? Number.NaN);
  return Number.isInteger(correct) && correct <= total ? { name, correct } : undefined;
}

/** What the answers of the model that serves are compared with. */
export interface Baseline {
  readonly evaluationUri: string;
  /** When its endpoint configuration was made: captures before are of another model. */
  readonly since: Date;
}

/**
 * The evaluation of the model that serves, by its newest model package. Undefined where no endpoint
 * serves.
 * @throws StepError where the model that serves was never measured.
 */
export async function servingBaseline(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<Baseline | undefined> {
  const endpoint = names.endpoint(config);
  const served = await modelBehind(context, endpoint);
  if (served === undefined) return undefined;
  const { name, since } = served;
  const group = names.modelPackageGroup(config);
  const found = await findModelPackage(context, group, { trainingJobName: name });
  const evaluationUri = found && (await metadataOf(context, found))["evaluationUri"];
  if (evaluationUri !== undefined) return { evaluationUri, since };
  throw new StepError(
    `Model ${name} serves at ${endpoint}, but ${group} holds no evaluation of it. Run the pipeline again.`,
  );
}

/** What evaluate-model wrote into a package. */
async function metadataOf(
  { clients, signal }: Context,
  ModelPackageName: string,
): Promise<Readonly<Record<string, string>>> {
  const { CustomerMetadataProperties = {} } = await clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName }),
    { abortSignal: signal },
  );
  return CustomerMetadataProperties;
}

async function modelBehind(
  context: Context,
  endpointName: string,
): Promise<{ name: string; since: Date } | undefined> {
  const endpoint = await describeEndpoint(context, endpointName);
  if (endpoint === undefined) return undefined;
  try {
    const { ProductionVariants, CreationTime } = await context.clients.sagemaker.send(
      new DescribeEndpointConfigCommand({ EndpointConfigName: endpoint.EndpointConfigName }),
      { abortSignal: context.signal },
    );
    const name = ProductionVariants?.[0]?.ModelName;
    return name === undefined ? undefined : { name, since: CreationTime ?? new Date(0) };
  } catch (error) {
    // AWS lets a configuration go while its endpoint serves.
    if (error instanceof Error && /could not find/i.test(error.message)) return undefined;
    throw error;
  }
}
