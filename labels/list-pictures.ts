import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { UsageError } from "../pipeline/errors.ts";
import { type ChooseInput, chooseCaptures } from "../pipeline/labels/choose-captures.ts";
import { readGroundTruth } from "../pipeline/labels/ground-truth.ts";
import { HOUR_MS } from "../pipeline/monitoring/capture.ts";
import { readBaseline } from "../pipeline/monitoring/baseline.ts";
import { distanceFrom } from "../pipeline/monitoring/distance.ts";
import { pictureStatistics } from "../pipeline/monitoring/picture-statistics.ts";
import { Window } from "../pipeline/monitoring/window.ts";
import { names } from "../pipeline/names.ts";
import { servingBaseline } from "../pipeline/registry/serving-model.ts";
import { readEvaluation } from "../pipeline/stored.ts";
import { type Arguments, uploadCommand } from "./arguments.ts";
import { bucketOf } from "./bucket.ts";
import { writePictures } from "./write-pictures.ts";

/** Writes the pictures that are worth a label into a folder. @returns what it did, a line each */
export async function listPictures(
  context: Context,
  config: Config,
  args: Arguments & { readonly list: string },
): Promise<string[]> {
  const { list, count, hours, by } = args;
  const served = await servingBaseline(context, config);
  if (served === undefined) {
    throw new UsageError(
      `No endpoint ${names.endpoint(config)} serves: nothing is captured. For a local one run ` +
        "`npm run app` and, in another shell, set the variables that it prints and name " +
        "--environment local.",
    );
  }
  const bucket = await bucketOf(context, config);
  const { classes, trainingJobName } = await readEvaluation(context, served.evaluationUri);
  const truth = await readGroundTruth(context, config, bucket);
  const rank = by === "unlike" ? await likeness(context, served.evaluationUri) : undefined;
  const { chosen, of } = await chooseCaptures(context, config, {
    bucket,
    model: trainingJobName,
    count,
    classes,
    since: new Date(Math.max(Date.now() - hours * HOUR_MS, served.since.getTime())),
    labelled: new Set(truth.labels.keys()),
    ...(rank && { rank }),
  });
  if (chosen.length === 0) {
    return [
      `nothing to label: no picture was captured in the last ${hours} hours by the model that serves ` +
        `(since ${served.since.toISOString()}), or all are labelled`,
    ];
  }
  const file = await writePictures(list, chosen, {
    classes,
    upload: (labels) => uploadCommand(args, labels),
  });
  return [
    `${chosen.length} of ${of} captured pictures that are not labelled: ${list}`,
    `Fill in the column class of ${file} (${classes.join(", ")}), or open ${list}/index.html; then`,
    uploadCommand(args, file),
  ];
}

/** Ranks pictures by how unlike the test pictures they look, the most unlike first. */
async function likeness(
  context: Context,
  evaluationUri: string,
): Promise<NonNullable<ChooseInput["rank"]>> {
  const baseline = await readBaseline(context, evaluationUri);
  const { look } = baseline;
  if (look === undefined) {
    throw new UsageError(
      "The model that serves was measured on too few pictures to say what is unlike them. Leave --by out.",
    );
  }
  const { side } = new Window(baseline, { threshold: 0 });
  return async (_, picture) => {
    const statistics = await pictureStatistics(picture, { side });
    return statistics === undefined ? 0 : -distanceFrom(look, statistics);
  };
}
