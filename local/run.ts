import { randomUUID } from "node:crypto";
import { parseArguments, type Arguments } from "./arguments.ts";
import { type Deployed, serveApp } from "./app.ts";
import { startLocalAws, type LocalAws } from "./aws.ts";
import { Display } from "../console/display.ts";
import { openRunDataset, type RunDataset } from "./dataset.ts";
import { keepUp } from "./keep.ts";
import { runSteps, type Made } from "./pipeline.ts";
import { runDocument } from "./run-record.ts";
import { closeLoop, type MadeLoop } from "./drift/loop.ts";
import { showLoop } from "./drift/summary.ts";
import { openVisitors, type Visitors } from "./drift/visitors.ts";
import { loopStepNames, StepLog, stepNames } from "./steps.ts";
import { dataLine, showSummary } from "./summary.ts";
import { checkOutputs, writeRun } from "./write-run.ts";
import { cancelOnSignals, type Cancel } from "../pipeline/cancel.ts";
import { loadConfig, type Config } from "../pipeline/config.ts";
import { messageOf, UsageError } from "../pipeline/errors.ts";
import { teardown } from "../pipeline/steps/teardown.ts";

/** Teardown has a clock of its own, so that a cancelled run can still clean up. */
const TEARDOWN_TIMEOUT_MS = 120_000;

/** Its AWS ends with it, so that it leaves nothing to keep. */
const GONE = { keepReports: false, keepModels: false, keepLabels: false };

const display = new Display(process.stdout);
const options = parseArguments(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await main(options);

/** The main job: the whole pipeline against a local AWS. Returns the exit code. */
async function main(args: Arguments): Promise<number> {
  using cancel = cancelOnSignals((name) =>
    display.say(`\n${name}: tearing down what was started; once more ends at once`),
  );
  try {
    await checkOutputs(args);
    const from = "The local run";
    const written = await loadConfig(args.config, [
      { path: ["environment"], value: "local", from },
      { path: ["teardown"], value: GONE, from },
    ]);
    const name = args.dataset ?? (process.env["SCONES_DATASET"] || written.dataset.source);
    const dataset = await openRunDataset(name, written, display, cancel.signal);
    const config: Config = { ...written, dataset: { ...written.dataset, source: dataset.opened } };
    if (dataset.insteadOf !== undefined) display.say(display.bad(dataset.insteadOf));
    display.say(`scones: ${config.dataset.classes.join(", ")}; ${dataLine(dataset)}`);
    if (!args.drift) return await runAll(args, config, dataset, cancel);
    const { source, visitors } = await openVisitors(dataset.source, config, cancel.signal);
    return await runAll(args, config, { ...dataset, source }, cancel, visitors);
  } catch (error) {
    if (cancel.exitCode !== undefined) return cancel.exitCode;
    display.say(display.bad(messageOf(error)));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runAll(
  args: Arguments,
  config: Config,
  dataset: RunDataset,
  cancel: Cancel,
  visitors?: Visitors,
): Promise<number> {
  const startedAt = new Date();
  const log = new StepLog(display, visitors === undefined ? stepNames : loopStepNames);
  const made: Made = {};
  const loop: MadeLoop | undefined = visitors && { reports: [] };
  const errors: unknown[] = [];
  {
    display.heading("local AWS");
    await using aws = await startLocalAws({
      region: config.region,
      project: config.project,
      log: (text) => display.line(text),
      signal: cancel.signal,
    });
    const context = { clients: aws.clients, progress: display, signal: cancel.signal };
    const run = `local-${randomUUID().slice(0, 8)}`;
    const serve = async (deployed: Deployed) => {
      await using app = await serveApp(aws, config, deployed);
      await keepUp(aws, app, { ...dataset, config: args.config }, display, cancel.signal);
    };
    const keep = args.keep ? serve : undefined;
    const input = { ...dataset, aws, run, log, keep };
    const say = (text: string) => display.say(`\n${display.bold(text)}`);
    const work =
      visitors === undefined || loop === undefined
        ? runSteps(context, config, input, made)
        : closeLoop(context, config, { ...input, visitors, say, out: args.out }, made, loop);
    await work.catch((error) => errors.push(cancel.signal.aborted ? cancel.signal.reason : error));
    await tearDown(aws, config, log).catch((error) => errors.push(error));
  }
  const kept = args.keep && made.verification !== undefined;
  const gates = [made.gate, loop?.retrained?.gate];
  const exitCode = exitCodeOf(gates, errors, kept ? undefined : cancel.exitCode);
  const facts = { startedAt, exitCode, errors, dataset, config, made, log, loop };
  const record = await runDocument(facts);
  const report = await writeRun(record, made, args);
  showSummary(display, record, dataset, report);
  if (record.loop?.daylight !== undefined) showLoop(display, record.loop);
  for (const error of errors) display.say(display.bad(`error   ${messageOf(error)}`));
  return exitCode;
}

async function tearDown(aws: LocalAws, config: Config, log: StepLog): Promise<void> {
  const context = {
    clients: aws.clients,
    progress: display,
    signal: AbortSignal.timeout(TEARDOWN_TIMEOUT_MS),
  };
  await log.run(
    "teardown",
    () => teardown(context, config, { bucket: aws.bucket, pollIntervalMs: 200 }),
    ({ deleted }) => `${deleted.length} deleted, nothing left`,
  );
}

function exitCodeOf(
  gates: readonly Made["gate"][],
  errors: readonly unknown[],
  cancelled: number | undefined,
): number {
  if (cancelled !== undefined) return cancelled;
  if (errors.length > 0) return 1;
  return gates.some((gate) => gate?.approved === false) ? 3 : 0;
}
