import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { UnprovenError } from "../errors.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import { findModelPackage, readModelPackage, type RegisteredModel } from "./model-package.ts";
import { names } from "../names.ts";
import { readEvaluation } from "../stored.ts";

/**
 * The evaluation that a model package was registered with, if it is the one at the URI.
 * @throws UnprovenError where it is another one, or is missing, cut off or altered.
 */
export async function evaluationOf(
  context: Context,
  { arn, lineage }: Pick<RegisteredModel, "arn" | "lineage">,
  uri: string,
): Promise<Evaluation> {
  const { evaluationUri, evaluationSha256 } = lineage;
  if (evaluationUri !== uri) {
    throw new UnprovenError(
      `${uri} is not the evaluation of ${arn}, which is ${evaluationUri ?? "unknown"}. Run evaluate-model again.`,
    );
  }
  if (evaluationSha256 === undefined) {
    throw new UnprovenError(`The SHA-256 of ${uri} is not recorded. Run evaluate-model.`);
  }
  return await readEvaluation(context, uri, evaluationSha256);
}

/**
 * An evaluation by its URI alone, held against the package of the model and the dataset that it names.
 * @throws UnprovenError where there is no such package, and as `evaluationOf`.
 */
export async function readRegisteredEvaluation(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  uri: string,
): Promise<Evaluation> {
  const claimed = await readEvaluation(context, uri);
  const group = names.modelPackageGroup(config);
  const found = await findModelPackage(context, group, claimed);
  if (found !== undefined) {
    return await evaluationOf(context, await readModelPackage(context, found), uri);
  }
  throw new UnprovenError(
    `${uri} says that it is of ${claimed.trainingJobName}, of which ${group} has no model package: it was altered, or never registered. Run evaluate-model again.`,
  );
}
