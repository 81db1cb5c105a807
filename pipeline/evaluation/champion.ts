import { compare, type Comparison } from "./comparison.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { UnprovenError } from "../errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { artifactOf, classesIdentity } from "../registry/lineage.ts";
import { type MeasureModelInput, measureModel } from "./measure-model.ts";
import { requireUnaltered } from "../training/model-artifact.ts";
import {
  findModelPackage,
  readModelPackage,
  type RegisteredModel,
} from "../registry/model-package.ts";
import { names } from "../names.ts";
import { servingModel } from "../registry/serving-model.ts";
import { readEvaluation } from "../stored.ts";

/** The model that serves, as another is compared with it. */
export type Champion = MeasuredChampion | UncomparableChampion;

export interface MeasuredChampion {
  /** Of the model, which is its training job's. */
  readonly name: string;
  /** Of its evaluation on the challenger's test pictures. */
  readonly evaluationUri: string;
  readonly evaluationSha256: string;
  /** It had been measured on other pictures only. */
  readonly reevaluated: boolean;
  /** Of the batch transform, where it had no evaluation on these pictures yet. */
  readonly transformSeconds?: number;
}

export interface UncomparableChampion {
  readonly name: string;
  /** Why: letters, digits and spaces, as a package's metadata takes. */
  readonly notCompared: string;
}

/**
 * Measures the model that serves on a challenger's test pictures, where an earlier run has not. It is
 * registered no second time: neither its approval nor the monitor's baseline changes by it. Undefined
 * where none serves, or the challenger itself.
 * @throws StepError where the model could be measured, and was not.
 */
export async function measureChampion(
  context: Context,
  config: Config,
  challenger: Omit<MeasureModelInput, "image" | "modelDataUrl">,
): Promise<Champion | undefined> {
  const name = (await servingModel(context, config))?.name;
  if (name === undefined || name === challenger.trainingJobName) return undefined;
  const { hash: datasetHash, classes } = challenger.dataset.manifest;
  const group = names.modelPackageGroup(config);
  const measured = await findModelPackage(context, group, { trainingJobName: name, datasetHash });
  const found = measured ?? (await findModelPackage(context, group, { trainingJobName: name }));
  if (found === undefined) return notCompared(context, name, "it has no model package");
  const registered = await readModelPackage(context, found);
  const before = measured === undefined ? undefined : await intactEvaluation(context, registered);
  if (before !== undefined) return { name, ...before, reevaluated: false };
  const { lineage, image, modelDataUrl } = registered;
  if (lineage["classes"] !== classesIdentity(classes)) {
    return notCompared(context, name, "it tells other classes apart");
  }
  try {
    await requireUnaltered(context, modelDataUrl, artifactOf(lineage));
  } catch (error) {
    if (!(error instanceof UnprovenError)) throw error;
    context.progress.line(error.message);
    return notCompared(context, name, "its artifact is missing or altered");
  }
  context.progress.line(`${name}, which serves, was measured on other pictures: now on these`);
  const { evaluationUri, evaluationSha256, transformSeconds } = await measureModel(
    context,
    config,
    { ...challenger, trainingJobName: name, image, modelDataUrl },
  );
  const reevaluated = measured === undefined;
  return { name, evaluationUri, evaluationSha256, reevaluated, transformSeconds };
}

/**
 * A measured model beside the one that serves, or why they are not compared.
 * @throws UnprovenError where the champion's evaluation is missing or altered, or is of other pictures.
 */
export async function compareWithChampion(
  context: Context,
  evaluation: Evaluation,
  champion: Champion,
): Promise<Comparison | string> {
  if ("notCompared" in champion) {
    return `${champion.name}, which serves, is not compared: ${champion.notCompared}.`;
  }
  const { evaluationUri, evaluationSha256, reevaluated } = champion;
  const measured = await readEvaluation(context, evaluationUri, evaluationSha256);
  return compare(evaluation, measured, reevaluated);
}

/** Where a package's evaluation is, if it is the one that was registered. */
async function intactEvaluation(
  context: Context,
  { lineage }: RegisteredModel,
): Promise<Pick<MeasuredChampion, "evaluationUri" | "evaluationSha256"> | undefined> {
  const { evaluationUri, evaluationSha256 } = lineage;
  if (evaluationUri === undefined || evaluationSha256 === undefined) return undefined;
  try {
    await readEvaluation(context, evaluationUri, evaluationSha256);
    return { evaluationUri, evaluationSha256 };
  } catch (error) {
    if (!(error instanceof UnprovenError)) throw error;
    context.progress.line(`${error.message} Made anew.`);
    return undefined;
  }
}

function notCompared({ progress }: Context, name: string, why: string): UncomparableChampion {
  progress.line(`${name}, which serves, can't be compared with: ${why}`);
  return { name, notCompared: why };
}
