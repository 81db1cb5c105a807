import type { Context } from "../../pipeline/context.ts";
import type { Evaluation } from "../../pipeline/evaluation/evaluation.ts";
import { isStranger } from "../../pipeline/dataset/manifest.ts";
import { isCorrect } from "../../pipeline/evaluation/metrics.ts";
import { readEvaluation } from "../../pipeline/stored.ts";
import type { Made } from "../pipeline.ts";

/** How two models do on the captured test pictures of vehicles. */
export interface Captured {
  readonly total: number;
  /** Of the retrained model. */
  readonly correct: number;
  /** Of the one that served before; absent where it was not compared. */
  readonly before?: number;
}

/** Compares a retrained model with the one that serves on what visitors sent. Undefined before both are measured. */
export async function onCaptured(
  context: Context,
  { dataset, evaluation, champion }: Made,
): Promise<Captured | undefined> {
  if (dataset === undefined || evaluation === undefined) return undefined;
  const { manifest } = dataset;
  const keys = new Set(
    manifest.test
      .filter(({ captured, label }) => captured === true && !isStranger(manifest, label))
      .map(({ key }) => key),
  );
  const correct = ({ predictions }: Evaluation) =>
    predictions.filter((each) => keys.has(each.key) && isCorrect(each)).length;
  const former =
    champion !== undefined && "evaluationUri" in champion
      ? await readEvaluation(context, champion.evaluationUri)
      : undefined;
  return {
    total: keys.size,
    correct: correct(evaluation),
    ...(former && { before: correct(former) }),
  };
}
