import type { TrainingRecord } from "../../report/evaluation/evaluation-document.ts";
import { type Champion, measureChampion } from "../evaluation/champion.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { type EvaluationReport, writeEvaluationReport } from "../evaluation/evaluation-report.ts";
import {
  type MeasureModelInput,
  type MeasuredModel,
  measureModel,
} from "../evaluation/measure-model.ts";
import { ensureModelPackageGroup, registerModel } from "../registry/model-package.ts";
import { type Baseline, makeBaseline, writeBaseline } from "../monitoring/baseline.ts";
import {
  baselinePictures,
  describeCaptured,
  lookAtTestPictures,
} from "../monitoring/test-pictures.ts";

/** How the model was trained is for the report alone. */
export interface EvaluateModelInput extends MeasureModelInput, TrainingRecord {
  /** Of the code that runs; undefined where it is of no repository. */
  readonly commit?: string | undefined;
}

export interface EvaluatedModel extends MeasuredModel, EvaluationReport {
  readonly modelPackageArn: string;
  /** What monitor-endpoint compares with; it lies beside the evaluation. */
  readonly baseline: Baseline;
  /** The model that serves, measured on the same pictures; absent where none does, or this one. */
  readonly champion?: Champion;
}

/**
 * Measures a trained model on every test picture of a dataset by a batch transform, the model that
 * serves too, writes `evaluation.json` and the baseline that the endpoint is monitored against, and
 * registers the model with its metrics and its lineage, pending approval, and writes `report.html` beside
 * the evaluation. `timeoutMs` is for both measurements together.
 * @throws StepError when a transform job does not complete, or a test picture lacks its prediction.
 */
export async function evaluateModel(
  context: Context,
  config: Config,
  input: EvaluateModelInput,
): Promise<EvaluatedModel> {
  const { dataset, image, modelDataUrl, commit, run, timeoutMs } = input;
  const begun = Date.now();
  await ensureModelPackageGroup(context, config, run);
  const measured = await measureModel(context, config, input);
  const { evaluation, evaluationUri } = measured;
  const pictures = baselinePictures(dataset.manifest);
  const captured = describeCaptured(dataset.manifest);
  if (captured !== undefined) context.progress.line(captured);
  const compared = new Set(pictures.map(({ key }) => key));
  const baseline = makeBaseline(
    {
      classes: evaluation.classes,
      predictions: evaluation.predictions.filter(({ key }) => compared.has(key)),
    },
    await lookAtTestPictures(context, dataset, pictures),
  );
  await writeBaseline(context, evaluationUri, baseline);
  context.progress.line(
    `${evaluation.correct} of ${evaluation.total} test pictures right, AUC ${evaluation.auc.toFixed(3)}, ` +
      `log loss ${evaluation.logLoss.toFixed(3)}, calibration error ${evaluation.calibrationError.toFixed(3)}`,
  );
  const { strangers } = evaluation;
  if (strangers !== undefined) {
    context.progress.line(
      `${strangers.passed} of ${strangers.total} pictures of anything else pass where 95% of the vehicles are kept`,
    );
  }
  const champion = await measureChampion(context, config, {
    ...input,
    timeoutMs: timeoutMs && Math.max(0, timeoutMs - (Date.now() - begun)),
  });
  const modelPackageArn = await registerModel(context, config, {
    ...measured,
    image,
    modelDataUrl,
    seed: dataset.manifest.seed,
    commit,
    champion,
  });
  const report = await writeEvaluationReport(context, config, {
    dataset,
    measured,
    champion,
    training: input,
    modelPackageArn,
    commit,
  });
  return { ...measured, ...report, baseline, modelPackageArn, ...(champion && { champion }) };
}
