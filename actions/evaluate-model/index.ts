import type { Config } from "../../pipeline/config.ts";
import { modelCosts } from "../../pipeline/prices/model-costs.ts";
import { costLine } from "../../pipeline/prices/prices.ts";
import { evaluateModel, type EvaluatedModel } from "../../pipeline/steps/evaluate-model.ts";
import { findTrainedModel, type TrainedModel } from "../../pipeline/training/trained-model.ts";
import { readDataset } from "../../pipeline/stored.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { count, flag, optional, override, positive, required, withDefault } from "../inputs.ts";
import { bucketOf, executionRoleOf, milliseconds } from "../settings.ts";
import { evaluationSummary } from "../summary/evaluation.ts";

export const action = defineAction({
  inputs: {
    ...common,
    datasetUri: required(),
    trainingJobName: required(),
    executionRoleArn: override("executionRoleArn"),
    instanceType: override("evaluation.instanceType"),
    maxRuntimeMinutes: override("evaluation.maxRuntimeMinutes", count),
    timeoutMinutes: optional(positive),
    stopOnCancel: withDefault("true", flag),
  },
  outputs: [
    "evaluationUri",
    "htmlUri",
    "modelPackageArn",
    "transformJobName",
    "accuracy",
    "correct",
    "total",
  ],
  // One batch transform, and another of the model that serves.
  lease: { minutes: ({ evaluation }) => 2 * evaluation.maxRuntimeMinutes },
  async run({ context, config, inputs, run, commit, output, summarize }) {
    const bucket = bucketOf(config);
    const executionRoleArn = executionRoleOf(config);
    const model = await findTrainedModel(context, inputs.trainingJobName);
    const evaluated = await evaluateModel(context, config, {
      ...model,
      dataset: await readDataset(context, inputs.datasetUri),
      bucket,
      executionRoleArn,
      run,
      commit,
      stopOnCancel: inputs.stopOnCancel,
      timeoutMs: milliseconds(inputs.timeoutMinutes),
    });
    const { evaluationUri, htmlUri, modelPackageArn, transformJobName } = evaluated;
    const { accuracy, correct, total } = evaluated.evaluation;
    output({ evaluationUri, htmlUri, modelPackageArn, transformJobName });
    output({ accuracy: accuracy.toFixed(4), correct, total });
    await summarize(summaryOf(config, model, evaluated));
  },
});

function summaryOf(config: Config, training: TrainedModel, made: EvaluatedModel): string {
  const {
    region,
    evaluation: { instanceType },
  } = config;
  const { evaluation, champion, transformJobName, transformSeconds, modelPackageArn, htmlUri } =
    made;
  const ofChampion =
    champion !== undefined && "transformSeconds" in champion ? champion.transformSeconds : 0;
  const seconds = transformSeconds + ofChampion;
  return evaluationSummary({
    evaluation,
    champion,
    cost: costLine({ region, instanceType, use: "transform", seconds }),
    costs: modelCosts(config, { training, transformSeconds: seconds }),
    htmlUri,
    links: inConsole(config, (links) => ({
      report: links.object(htmlUri),
      "batch transform": links.transformJob(transformJobName),
      "its log": links.transformLog(transformJobName),
      "model package": links.modelPackage(modelPackageArn),
    })),
  });
}

if (import.meta.main) await runAction(action);
