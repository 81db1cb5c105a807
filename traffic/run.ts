import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { overridesOf } from "../console/command-line.ts";
import { Display } from "../console/display.ts";
import { runCommand } from "../console/run-command.ts";
import { dataLine } from "../local/summary.ts";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import { type Config, loadConfig } from "../pipeline/config.ts";
import type { Clients, Context } from "../pipeline/context.ts";
import { DownloadError } from "../pipeline/dataset/download.ts";
import { openDataset } from "../pipeline/dataset/open.ts";
import type { Source } from "../pipeline/dataset/source.ts";
import { emptyPrefix } from "../pipeline/teardown/empty-prefix.ts";
import { StepError } from "../pipeline/errors.ts";
import { type Application, findApplication } from "./application.ts";
import { type Arguments, parseArguments } from "./arguments.ts";
import { arrivals } from "./arrivals.ts";
import { sendFleet } from "./fleet.ts";
import { byKind, outcomeTable, sentLine, type TrafficOutcome } from "./outcome.ts";
import { makePool } from "./pictures.ts";
import { send } from "./send.ts";
import { stagePool } from "./staging.ts";
import { toEndpoint, toStateMachine } from "./targets.ts";

/** What was staged is deleted also where the sending was cancelled, within this. */
const CLEANING_TIMEOUT_MS = 60_000;

const display = new Display(process.stdout);
const options = parseArguments(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await main(options);

/** Sends the traffic and shows what came back. Returns the exit code. */
async function main(args: Arguments): Promise<number> {
  // A visitor does not ask again: what is throttled is to be seen.
  const visitors = makeClients(process.env, { maxAttempts: 1, retryMode: "standard" });
  try {
    return await runCommand(display, (context) => sendAndShow(context, visitors, args));
  } finally {
    destroyClients(visitors);
  }
}

async function sendAndShow(context: Context, visitors: Clients, args: Arguments): Promise<void> {
  const config = await loadConfig(args.config, overridesOf(args, ["environment"]));
  const application = await findApplication(context, config);
  const name = args.dataset ?? (process.env["SCONES_DATASET"] || config.dataset.source);
  const source = await openDataset(name, config, context).catch((error: unknown) => {
    throw error instanceof DownloadError ? notDownloaded(name, error) : error;
  });
  display.say(dataLine({ source }));
  const outcome = await run({ context, visitors, config, application, source, args });
  display.say(`\n${sentLine(outcome)}`);
  display.say(`\n${outcomeTable(outcome)}`);
  if (outcome.results !== undefined) display.say(`\nevery picture: ${outcome.results}`);
  if (args.json !== undefined) await writeFile(args.json, JSON.stringify(outcome, null, 2));
}

/** Drawn pictures do not stand in: to an endpoint that photographs trained they are drift. */
function notDownloaded(name: string, cause: DownloadError): StepError {
  return new StepError(
    `${name} could not be downloaded: ${cause.message}. Nothing was sent. Name a copy of it or a folder by ` +
      "--dataset, or, to an endpoint that drawn pictures trained, --dataset drawn.",
    { cause },
  );
}

interface RunInput {
  readonly context: Context;
  readonly visitors: Clients;
  readonly config: Config;
  readonly application: Application;
  readonly source: Source;
  readonly args: Arguments;
}

async function run(input: RunInput): Promise<TrafficOutcome> {
  const { context, config, application, source } = input;
  const { rate, for: seconds, drift, strangers, seed, to } = input.args;
  const load = arrivals({ rate, seconds, drift, strangers, seed });
  const strangersSeed = strangers > 0 ? seed : undefined;
  const pool = await makePool(source, { most: load.length, strangersSeed });
  const { pictureBucket, picturePrefix } = application;
  const prefix = `${picturePrefix}traffic/${randomUUID().slice(0, 8)}/`;
  const asked = { to, seed, asked: { rate, seconds, drift, strangers } };
  display.heading(`${load.length.toLocaleString("en")} pictures to ${to}`);
  try {
    if (to === "fleet") {
      const fleet = await sendFleet(context, application, prefix, pool, load);
      const sent = load.length;
      const { outcomes, ...rest } = fleet;
      const whole = { sent, notSent: 0, cut: 0, rate: outcomes.length / rest.seconds };
      return { ...asked, ...rest, ...whole, ...byKind(outcomes) };
    }
    if (to === "state-machine") await stagePool(context, pictureBucket, prefix, pool);
    const visitor = { ...context, clients: input.visitors };
    const ask =
      to === "endpoint"
        ? toEndpoint(visitor, config, application, pool)
        : toStateMachine(visitor, application, prefix, pool);
    const { outcomes, ...rest } = await send(context, load, ask);
    const sent = outcomes.length + rest.cut;
    return { ...asked, ...rest, sent, rate: sent / rest.seconds, ...byKind(outcomes) };
  } finally {
    if (to !== "endpoint") {
      const cleaning = { ...context, signal: AbortSignal.timeout(CLEANING_TIMEOUT_MS) };
      await emptyPrefix(cleaning, pictureBucket, prefix);
    }
  }
}
