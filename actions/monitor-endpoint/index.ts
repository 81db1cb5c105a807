import { StepError } from "../../pipeline/errors.ts";
import { lastExecutions } from "../../pipeline/model-monitor/executions.ts";
import { readGroundTruth } from "../../pipeline/labels/ground-truth.ts";
import { readBaseline } from "../../pipeline/monitoring/baseline.ts";
import { driftedNames } from "../../pipeline/monitoring/drift.ts";
import { names } from "../../pipeline/names.ts";
import { readRegisteredEvaluation } from "../../pipeline/registry/registered-evaluation.ts";
import { servingBaseline } from "../../pipeline/registry/serving-model.ts";
import { monitorEndpoint } from "../../pipeline/steps/monitor-endpoint.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { flag, optional, positive, text, withDefault } from "../inputs.ts";
import { bucketOf } from "../settings.ts";
import { monitoringSummary } from "../summary/monitoring.ts";

export const action = defineAction({
  inputs: {
    ...common,
    evaluationUri: optional(text),
    hours: withDefault("24", positive),
    failOnDrift: withDefault("false", flag),
  },
  outputs: [
    "verdict",
    "records",
    "driftedFeatures",
    "driftedSince",
    "shares",
    "reportUri",
    "htmlUri",
    "reportUrl",
    "servingModel",
    "servingSince",
    "newLabels",
  ],
  async run({ context, config, inputs, output, summarize, notice }) {
    const bucket = bucketOf(config);
    const begin = Date.now() - inputs.hours * 3_600_000;
    const measured =
      inputs.evaluationUri === undefined
        ? await servingBaseline(context, config)
        : { evaluationUri: inputs.evaluationUri, since: new Date(0) };
    if (measured === undefined) {
      output({ verdict: "insufficient data", records: 0, newLabels: 0 });
      notice(`No endpoint ${names.endpoint(config)} serves: there is nothing to monitor.`);
      return;
    }
    const { labels } = await readGroundTruth(context, config, bucket, measured.since);
    output({ newLabels: labels.size });
    const evaluation = await readRegisteredEvaluation(context, config, measured.evaluationUri);
    const monitoring = await monitorEndpoint(context, config, {
      bucket,
      evaluation,
      baseline: await readBaseline(context, measured.evaluationUri),
      since: new Date(Math.max(begin, measured.since.getTime())),
    });
    const { verdict, records, driftedSince, shares, reportUri, htmlUri } = monitoring;
    const driftedFeatures = driftedNames(monitoring.features).join(",");
    const links = inConsole(config, (console) => ({ report: console.object(htmlUri) }));
    output({
      verdict,
      records,
      driftedFeatures,
      driftedSince: driftedSince ?? "",
      shares: JSON.stringify(shares),
      reportUri,
      htmlUri,
      reportUrl: links[0]?.address ?? "",
      servingModel: evaluation.trainingJobName,
      servingSince: measured.since.toISOString(),
    });
    const watched = config.monitoring.modelMonitor !== undefined;
    const executions = watched ? await lastExecutions(context, config) : [];
    await summarize(monitoringSummary({ ...monitoring, executions }, links));
    if (verdict === "drift" && inputs.failOnDrift) {
      throw new StepError(
        `Endpoint ${names.endpoint(config)} has drifted in ${driftedFeatures} since ${driftedSince}: see ${htmlUri}. Retrain with newer pictures.`,
      );
    }
    notice(`Monitor: ${verdict} in ${records} inferences`);
  },
});

if (import.meta.main) await runAction(action);
