import { openDataset } from "../../pipeline/dataset/open.ts";
import { stageData } from "../../pipeline/steps/stage-data.ts";
import { datasetUri } from "../../pipeline/stored.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { flag, override } from "../inputs.ts";
import { bucketOf } from "../settings.ts";
import { datasetSummary } from "../summary/dataset.ts";

export const action = defineAction({
  inputs: {
    ...common,
    dataset: override("dataset.source"),
    withCaptures: override("dataset.withCaptures", flag),
  },
  outputs: ["datasetUri", "datasetHash", "trainCount", "validationCount", "testCount"],
  lease: { minutes: () => 30 },
  async run({ context, config, output, summarize }) {
    const bucket = bucketOf(config);
    const source = await openDataset(config.dataset.source, config, context);
    const dataset = await stageData(context, config, { source, bucket });
    const { hash, counts } = dataset.manifest;
    output({
      datasetUri: datasetUri(dataset),
      datasetHash: hash,
      trainCount: counts.train,
      validationCount: counts.validation,
      testCount: counts.test,
    });
    await summarize(
      datasetSummary(
        dataset,
        inConsole(config, (links) => ({ "staged objects": links.objects(datasetUri(dataset)) })),
      ),
    );
  },
});

if (import.meta.main) await runAction(action);
