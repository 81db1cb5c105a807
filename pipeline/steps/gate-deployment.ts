import { UpdateModelPackageCommand } from "@aws-sdk/client-sagemaker";
import { compareWithChampion } from "../evaluation/champion.ts";
import type { Comparison } from "../evaluation/comparison.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { UnprovenError } from "../errors.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import {
  decide,
  type GateDecision,
  type GateSettings,
  unproven,
} from "../evaluation/gate-decision.ts";
import { artifactOf, championOf, type Lineage } from "../registry/lineage.ts";
import { requireUnaltered } from "../training/model-artifact.ts";
import { readModelPackage, type RegisteredModel } from "../registry/model-package.ts";
import { servingModel } from "../registry/serving-model.ts";
import { evaluationOf } from "../registry/registered-evaluation.ts";

export interface GateDeploymentInput {
  readonly evaluationUri: string;
  readonly modelPackageArn: string;
}

type Settings = Pick<Config, "project" | "environment"> & GateSettings;

/** The most that SageMaker takes as the reason of an approval. */
const REASON_LENGTH = 1024;

/**
 * Approves or rejects a model package by its evaluation, and by that of the model which serves, and
 * writes the reason into it. What is missing, damaged or altered closes the gate. The package of the
 * model that serves is not rejected afterwards by a stricter gate: it could not be deployed again.
 * @throws StepError where there is no such package.
 */
export async function gateDeployment(
  context: Context,
  config: Settings,
  { evaluationUri, modelPackageArn }: GateDeploymentInput,
): Promise<GateDecision> {
  const { clients, progress, signal } = context;
  const registered = await readModelPackage(context, modelPackageArn);
  const serving = (await servingModel(context, config))?.name;
  const decision = await examine(context, config, { registered, evaluationUri, serving }).catch(
    (error: unknown) => {
      if (error instanceof UnprovenError) return unproven(error.message);
      throw error;
    },
  );
  progress.line(decision.line);
  progress.line(decision.championLine);
  const { approved, total, reason, championLine, comparison } = decision;
  const isServing = serving !== undefined && serving === registered.lineage["trainingJobName"];
  if (isServing && total > 0 && (!approved || registered.approval === "Approved")) {
    progress.line(`${serving} serves: its model package stays as it is`);
    return decision;
  }
  await clients.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: approved ? "Approved" : "Rejected",
      ApprovalDescription: (comparison === undefined ? reason : `${reason} ${championLine}`)
        .replaceAll(/\s+/g, " ")
        .slice(0, REASON_LENGTH),
    }),
    { abortSignal: signal },
  );
  return decision;
}

interface Examined {
  readonly registered: RegisteredModel;
  readonly evaluationUri: string;
  readonly serving: string | undefined;
}

/** @throws UnprovenError where anything that the decision rests on is not what was registered. */
async function examine(
  context: Context,
  settings: Settings,
  { registered, evaluationUri, serving }: Examined,
): Promise<GateDecision> {
  const { lineage, modelDataUrl } = registered;
  const evaluation = await evaluationOf(context, registered, evaluationUri);
  await requireUnaltered(context, modelDataUrl, artifactOf(lineage));
  return decide(
    evaluation,
    settings,
    await againstServing(context, { lineage, evaluation, serving }),
  );
}

/** The comparison with the model that serves, or why there is none. */
async function againstServing(
  context: Context,
  of: { lineage: Lineage; evaluation: Evaluation; serving: string | undefined },
): Promise<Comparison | string> {
  const { lineage, evaluation, serving } = of;
  if (serving === undefined) return "No model is known to serve: there is none to compare with.";
  if (serving === evaluation.trainingJobName) return `${serving} serves already: not compared.`;
  const champion = championOf(lineage);
  if (champion?.name !== serving) {
    throw new UnprovenError(
      `${serving} serves by now, and was not measured beside ${evaluation.trainingJobName}. Run evaluate-model again.`,
    );
  }
  return compareWithChampion(context, evaluation, champion);
}
