import type { Config } from "../../pipeline/config.ts";
import { costLine } from "../../pipeline/prices/prices.ts";
import { startTraining, trainModel } from "../../pipeline/steps/train-model.ts";
import { readDataset } from "../../pipeline/stored.ts";
import type { StartedTraining, TrainedModel } from "../../pipeline/training/trained-model.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import {
  count,
  flag,
  list,
  map,
  optional,
  override,
  positive,
  required,
  text,
  withDefault,
} from "../inputs.ts";
import { executionRoleOf, milliseconds } from "../settings.ts";
import { trainingSummary } from "../summary/training.ts";
import { secondsOf } from "../summary/trials.ts";

export const action = defineAction({
  inputs: {
    ...common,
    datasetUri: required(),
    executionRoleArn: override("executionRoleArn"),
    instanceTypes: override("training.instanceTypes", list),
    spot: override("training.spot", flag),
    maxRuntimeMinutes: override("training.maxRuntimeMinutes", count),
    maxWaitMinutes: override("training.maxWaitMinutes", count),
    hyperparameters: override("training.hyperparameters", map),
    trainingJobName: optional(text),
    retrain: withDefault("false", flag),
    wait: withDefault("true", flag),
    timeoutMinutes: optional(positive),
    stopOnCancel: withDefault("true", flag),
  },
  outputs: [
    "trainingJobName",
    "trainingJobStatus",
    "modelDataUrl",
    "trainingSeconds",
    "billableSeconds",
    "validationAccuracy",
    "adopted",
  ],
  lease: { minutes: ({ training }) => training.maxWaitMinutes },
  async run({ context, config, inputs, run, output, summarize }) {
    const { retrain, stopOnCancel } = inputs;
    const input = {
      started: inputs.trainingJobName,
      dataset: await readDataset(context, inputs.datasetUri),
      executionRoleArn: executionRoleOf(config),
      run,
      retrain,
      stopOnCancel,
      timeoutMs: milliseconds(inputs.timeoutMinutes),
    };
    const onStarted = ({ trainingJobName, adopted }: StartedTraining) =>
      output({ trainingJobName, adopted });
    if (!inputs.wait) {
      const started = await startTraining(context, config, input);
      onStarted(started);
      output({ trainingJobStatus: started.status });
      return;
    }
    const model = await trainModel(context, config, { ...input, onStarted });
    output({
      trainingJobName: model.trainingJobName,
      trainingJobStatus: model.status,
      modelDataUrl: model.modelDataUrl,
      trainingSeconds: model.trainingSeconds,
      billableSeconds: model.billableSeconds,
      validationAccuracy: model.metrics["validation:accuracy"],
    });
    await summarize(summaryOf(config, model));
  },
});

function summaryOf(config: Config, model: TrainedModel): string {
  const {
    region,
    training: { spot },
  } = config;
  const { trainingJobName, instanceType, instanceCount, billableSeconds: seconds, tuning } = model;
  const instance = { region, instanceType, instanceCount, use: "training" } as const;
  return trainingSummary({
    model,
    spot,
    cost:
      tuning === undefined
        ? costLine({ ...instance, seconds, spot })
        : `${costLine({ ...instance, seconds: secondsOf(tuning) })}, all training jobs before any spot saving`,
    links: inConsole(config, (links) => ({
      "training job": links.trainingJob(trainingJobName),
      "its log": links.trainingLog(trainingJobName),
    })),
  });
}

if (import.meta.main) await runAction(action);
