import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { evaluate, type Evaluation } from "./evaluation.ts";
import { modelArtifact, type StoredArtifact } from "../training/model-artifact.ts";
import { ensureModel, type ModelInput } from "../registry/model.ts";
import { keys } from "../names.ts";
import { writeJson } from "../s3.ts";
import { studioMetrics } from "./studio-metrics.ts";
import {
  predictionsPrefix,
  type TransformedPictures,
  type TransformInput,
  transformTestPictures,
} from "./transform-job.ts";
import { readPredictions } from "./transform-output.ts";

export type MeasureModelInput = Omit<ModelInput & TransformInput, "modelName">;

export interface MeasuredModel extends TransformedPictures {
  readonly evaluation: Evaluation;
  readonly evaluationUri: string;
  /** Of `evaluation.json`, in hex. */
  readonly evaluationSha256: string;
  /** Of the metrics that Studio draws. */
  readonly metricsUri: string;
  /** As it lies there now: an adopted job may have read another. */
  readonly artifact: StoredArtifact;
}

/**
 * Measures the model of a training job on every test picture of a dataset by a batch transform, and
 * writes `evaluation.json` and Studio's `statistics.json`. SageMaker's model has the job's name.
 * @throws StepError when the transform job does not complete, or a test picture lacks its prediction,
 * and UnprovenError where the artifact is gone or corrupt.
 */
export async function measureModel(
  context: Context,
  config: Config,
  input: MeasureModelInput,
): Promise<MeasuredModel> {
  const { dataset, trainingJobName, modelDataUrl, bucket } = input;
  const { s3 } = context.clients;
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
  const [evaluationKey, metricsKey] = [`${prefix}evaluation.json`, `${prefix}statistics.json`];
  const evaluationSha256 = await writeJson(s3, bucket, evaluationKey, evaluation);
  await writeJson(s3, bucket, metricsKey, studioMetrics(evaluation));
  return {
    ...transformed,
    evaluation,
    evaluationUri: `s3://${bucket}/${evaluationKey}`,
    evaluationSha256,
    metricsUri: `s3://${bucket}/${metricsKey}`,
    artifact: await modelArtifact(context, modelDataUrl),
  };
}
