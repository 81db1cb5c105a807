import type {
  EvaluationDocument,
  TrainingRecord,
} from "../../report/evaluation/evaluation-document.ts";
import { type Champion, compareWithChampion } from "./champion.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { decide } from "./gate-decision.ts";
import type { Dataset } from "../dataset/manifest.ts";
import type { MeasuredModel } from "./measure-model.ts";
import { parseS3Uri, writeHtml } from "../s3.ts";
import { readWatchedTraining } from "../training/watched-training.ts";
import { wrongPictures } from "./wrong-pictures.ts";

export interface EvaluationReportInput {
  readonly dataset: Dataset;
  readonly measured: MeasuredModel;
  readonly champion: Champion | undefined;
  readonly training: EvaluationDocument["training"];
  readonly modelPackageArn: string;
  readonly commit: string | undefined;
}

export interface EvaluationReport {
  readonly htmlUri: string;
  /** What it shows. */
  readonly document: EvaluationDocument;
}

/** Writes `report.html` beside `evaluation.json`: the evaluation for people. */
export async function writeEvaluationReport(
  context: Context,
  config: Config,
  { dataset, measured, champion, training, modelPackageArn, commit }: EvaluationReportInput,
): Promise<EvaluationReport> {
  const { evaluation, evaluationUri, transformJobName, startedAt } = measured;
  const against =
    champion === undefined
      ? "No other model is known to serve: there is none to compare with."
      : await compareWithChampion(context, evaluation, champion);
  const { manifest } = dataset;
  const { train, validation } = manifest.counts;
  const { metrics, trainingSeconds, billableSeconds } = training;
  const document: EvaluationDocument = {
    measuredAt: startedAt.toISOString(),
    evaluation,
    gate: decide(evaluation, config, against),
    threshold: config.application.confidence,
    wrongPictures: await wrongPictures(context, dataset, evaluation.predictions),
    strangers: await wrongPictures(context, dataset, evaluation.strangers?.predictions ?? []),
    training: {
      metrics,
      trainingSeconds,
      billableSeconds,
      ...(await watched(context, config, dataset.bucket, measured, training)),
    },
    provenance: {
      commit: commit ?? "unknown",
      dataset: manifest.source,
      "dataset's hash": manifest.hash,
      "seed of the split": String(manifest.seed),
      "pictures for training": `${train} and ${validation} for validation`,
      "training job": evaluation.trainingJobName,
      "transform job": transformJobName,
      "model package": modelPackageArn,
    },
  };
  // Loaded here: the charts' library takes a while.
  const { renderEvaluation } = await import("../../report/evaluation/render-evaluation.ts");
  const { bucket, key } = parseS3Uri(evaluationUri);
  const reportKey = key.replace(/[^/]*$/, "report.html");
  await writeHtml(context.clients.s3, bucket, reportKey, await renderEvaluation(document));
  return { htmlUri: `s3://${bucket}/${reportKey}`, document };
}

/** What this run saw of the training, or an earlier one. */
async function watched(
  context: Context,
  config: Config,
  bucket: string,
  { evaluation: { trainingJobName } }: MeasuredModel,
  { history = [], tuning }: TrainingRecord,
): Promise<TrainingRecord | undefined> {
  if (history.length > 0 || tuning !== undefined) return { history, tuning };
  return readWatchedTraining(context, config, { bucket, trainingJobName });
}
