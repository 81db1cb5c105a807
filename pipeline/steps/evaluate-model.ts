import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { evaluate, type Evaluation } from "../evaluation.ts";
import type { Dataset } from "../manifest.ts";
import { registerModel } from "../model-package.ts";
import { ensureModel } from "../model.ts";
import { keys } from "../names.ts";
import { writeJson } from "../s3.ts";
import { studioMetrics } from "../studio-metrics.ts";
import {
  predictionsPrefix,
  transformTestPictures,
  type TransformedPictures,
} from "../transform-job.ts";
import { readPredictions } from "../transform-output.ts";

export interface EvaluateModelInput {
  readonly dataset: Dataset;
  readonly trainingJobName: string;
  readonly modelDataUrl: string;
  readonly image: string;
  readonly bucket: string;
  readonly executionRoleArn: string;
  readonly run?: string | undefined;
  /** False: a cancelled run leaves the transform job running, for a rerun to adopt. */
  readonly stopOnCancel?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly pollIntervalMs?: number;
}

export interface EvaluatedModel extends TransformedPictures {
  readonly evaluation: Evaluation;
  readonly evaluationUri: string;
  readonly modelPackageArn: string;
}

/**
 * Measures a trained model on every test picture of a dataset by a batch transform, writes
 * `evaluation.json`, and registers the model with its metrics, pending approval.
 * @throws StepError when the transform job does not complete, or a test picture lacks its prediction.
 */
export async function evaluateModel(
  context: Context,
  config: Config,
  input: EvaluateModelInput,
): Promise<EvaluatedModel> {
  const { dataset, trainingJobName, modelDataUrl, image, bucket } = input;
  const { clients, progress } = context;
  const modelName = trainingJobName;
  await ensureModel(context, config, { ...input, modelName });
  const transformed = await transformTestPictures(context, config, { ...input, modelName });
  const { transformJobName } = transformed;
  const predictions = await readPredictions(context, dataset.manifest, {
    bucket,
    prefix: predictionsPrefix(config, transformJobName),
  });
  const evaluation = evaluate(predictions, { trainingJobName, manifest: dataset.manifest });
  const prefix = keys.evaluation(config, transformJobName);
  await writeJson(clients.s3, bucket, `${prefix}evaluation.json`, evaluation);
  await writeJson(clients.s3, bucket, `${prefix}statistics.json`, studioMetrics(evaluation));
  progress.line(
    `${evaluation.correct} of ${evaluation.total} test pictures right, AUC ${evaluation.auc.toFixed(3)}, ` +
      `log loss ${evaluation.logLoss.toFixed(3)}, calibration error ${evaluation.calibrationError.toFixed(3)}`,
  );
  const evaluationUri = `s3://${bucket}/${prefix}evaluation.json`;
  const modelPackageArn = await registerModel(context, config, {
    run: input.run,
    evaluation,
    evaluationUri,
    image,
    modelDataUrl,
    metricsUri: `s3://${bucket}/${prefix}statistics.json`,
    seed: dataset.manifest.seed,
  });
  return { evaluation, evaluationUri, modelPackageArn, ...transformed };
}
