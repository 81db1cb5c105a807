import type { Config } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { StepError } from "../../pipeline/errors.ts";
import type { UploadedLabels } from "../../pipeline/labels/upload-labels.ts";
import { driftedNames } from "../../pipeline/monitoring/drift.ts";
import type { Monitoring } from "../../pipeline/steps/monitor-endpoint.ts";
import { featureName } from "../../report/format.ts";
import { type Approved, deploy, type Made, makeModel, type PipelineInput } from "../pipeline.ts";
import type { StepName } from "../steps.ts";
import { monitorTraffic, nextSecond, sendPictures } from "../traffic.ts";
import { type Captured, onCaptured } from "./captured.ts";
import { labelCaptures } from "./label-captures.ts";
import { saveReport } from "./save-report.ts";
import type { Visitor, Visitors } from "./visitors.ts";

/** What closing the loop has made so far. */
export interface MadeLoop {
  daylight?: Monitoring;
  /** By the look that found the drift. */
  drift?: Monitoring;
  labels?: UploadedLabels;
  /** By the second round of the steps. */
  retrained?: Made;
  /** Both models on the pictures that were captured and labelled for the test. */
  captured?: Captured | undefined;
  later?: Monitoring;
  /** Folders of the monitor's reports. */
  readonly reports: string[];
}

export interface LoopInput extends Omit<PipelineInput, "keep"> {
  readonly visitors: Visitors;
  /** Where the reports go. */
  readonly out: string;
  /** Says what the next steps are for. */
  readonly say: (text: string) => void;
}

/** Visitors between two looks of the monitor. */
const BATCH = 10;
/** How long an update watches its alarms at each step, at most: on a laptop nobody waits five minutes. */
const MOST_BAKE_SECONDS = 5;
/** In which a change of input is to be found. */
const MOST_UNTIL_FOUND = 200;

/**
 * Closes the loop: a model is made and deployed, its endpoint has visitors by daylight, then at night and
 * in fog until that is found; what was captured is labelled, a model is made with it and deployed, and as
 * many come in the dark again. Fills `made` and `loop` as it goes. A closed gate ends it early.
 * @throws StepError where the monitor does not find what it should, or finds what it should not.
 */
export async function closeLoop(
  context: Context,
  config: Config,
  input: LoopInput,
  made: Made,
  loop: MadeLoop,
): Promise<void> {
  const { aws, visitors, say } = input;
  const { bucket } = aws;
  say("A model is made of the data set, and deployed.");
  const first = await makeModel(context, config, input, made);
  if (first === undefined) return;
  const { endpointName } = await deploy(context, config, { ...input, approved: first }, made);
  const send = (some: readonly Visitor[]) => () =>
    sendPictures(
      context,
      endpointName,
      some.map(({ picture }) => picture),
    );
  const watch = (name: StepName, folder: string, model: Approved, some: readonly Visitor[]) =>
    input.log.run(
      name,
      async () => {
        const seen = { ...model, bucket };
        const monitoring = await monitorTraffic(context, config, seen, send(some));
        loop.reports.push(await saveReport(context, monitoring, input.out, folder));
        return monitoring;
      },
      verdictLine,
    );

  say(`${visitors.daylight.length} visitors by daylight, whom the model has never seen.`);
  loop.daylight = await watch("monitor-endpoint", "daylight", first, visitors.daylight);
  made.monitoring = loop.daylight;
  requireVerdict(loop.daylight, "no drift", "by daylight");

  say("Night falls, and fog comes up: visitors are served until that is found.");
  const since = await nextSecond(context);
  let served = 0;
  loop.drift = await input.log.run(
    "find-drift",
    async () => {
      const seen = { ...first, bucket, since };
      for (;;) {
        const some = visitors.dark.slice(served, served + BATCH);
        const monitoring = await monitorTraffic(context, config, seen, send(some));
        served += some.length;
        if (monitoring.verdict !== "drift" && served < MOST_UNTIL_FOUND) continue;
        loop.reports.push(await saveReport(context, monitoring, input.out, "drift"));
        requireVerdict(monitoring, "drift", "at night and in fog");
        return monitoring;
      }
    },
    (monitoring) => `${verdictLine(monitoring)}: ${driftedIn(monitoring).join(", ")}`,
  );

  say("The visitors keep coming, and a person says what their pictures show.");
  loop.labels = await input.log.run(
    "label-captures",
    async () => {
      await send(visitors.dark.slice(served))();
      const { classes, trainingJobName: model } = first.evaluation;
      const all = visitors.dark;
      return labelCaptures(context, config, { bucket, model, classes, since, visitors: all });
    },
    ({ added, written }) => `${added} labels in ${written.length} files of ground truth`,
  );

  say("A model is made of the data set and the labelled pictures, and takes the other's place.");
  loop.retrained = {};
  const anew = secondRound(config);
  const second = await makeModel(context, anew, input, loop.retrained);
  loop.captured = await onCaptured(context, loop.retrained);
  if (second === undefined) return;
  await deploy(context, anew, { ...input, approved: second }, loop.retrained);

  say(`${visitors.later.length} others at night and in fog.`);
  loop.later = await watch("monitor-endpoint", "retrained", second, visitors.later);
  requireVerdict(loop.later, "no drift", "at night and in fog, with the retrained model");
}

/** The configuration with an update that takes seconds. */
function secondRound({ endpoint, ...rest }: Config): Config {
  const { deployment } = endpoint;
  const bakeSeconds = Math.min(deployment.bakeSeconds, MOST_BAKE_SECONDS);
  const terminationWaitSeconds = Math.min(deployment.terminationWaitSeconds, MOST_BAKE_SECONDS);
  return {
    ...rest,
    endpoint: { ...endpoint, deployment: { ...deployment, bakeSeconds, terminationWaitSeconds } },
  };
}

/** The names of what has drifted, each once, for people. */
export function driftedIn({ features }: Pick<Monitoring, "features">): string[] {
  return driftedNames(features).map((name) => featureName({ name }));
}

function verdictLine({ verdict, records }: Monitoring): string {
  return `${verdict} in ${records} inferences`;
}

/** @throws StepError where the monitor says anything else of the traffic. */
function requireVerdict(
  monitoring: Monitoring,
  verdict: Monitoring["verdict"],
  when: string,
): void {
  if (monitoring.verdict === verdict) return;
  const features = driftedIn(monitoring);
  throw new StepError(
    `The monitor says "${monitoring.verdict}" of ${monitoring.records} visitors ${when}` +
      `${features.length === 0 ? "" : `, by ${features.join(", ")}`}; it should say "${verdict}". Its report is kept: ` +
      "compare it with the baseline's evaluation.",
  );
}
