import { appendFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import * as core from "@actions/core";
import { cancelOnSignals } from "../pipeline/cancel.ts";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import { type Config, loadConfig } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { explain } from "../pipeline/explain.ts";
import { type LeaseTerms, underLease } from "./lease.ts";
import { ActionsProgress } from "./progress.ts";
import {
  type Inputs,
  kebab,
  override,
  readInputs,
  text,
  type Values,
  withDefault,
} from "./inputs.ts";
import { cutOutput, cutSummary } from "./summary/cut.ts";
import { failureSummary } from "./summary/failure.ts";

/** GitHub signals a cancelled step a second time after 7.5 s; what is being stopped goes on. */
const GRACE_MS = 9000;

/** The inputs of every action. */
export const common = {
  config: withDefault("pipeline.yaml", text),
  environment: override("environment"),
  bucket: override("bucket"),
};

type OutputValue = string | number | boolean | undefined;

/** What an action works with. */
export interface Job<I extends Inputs, Output extends string> {
  readonly context: Context;
  /** pipeline.yaml, and the inputs that win over it. */
  readonly config: Config;
  readonly inputs: Values<I>;
  /** Names this run of the workflow, the same in its second attempt; undefined outside GitHub. */
  readonly run: string | undefined;
  /** Of the workflow's code; undefined outside GitHub. */
  readonly commit: string | undefined;
  /** Sets outputs; what is undefined stays unset. */
  readonly output: (values: Partial<Record<Output, OutputValue>>) => void;
  /** Adds Markdown to the job's summary. */
  readonly summarize: (markdown: string) => Promise<void>;
  /** What a person wants to know, as an annotation of the run. */
  readonly notice: (message: string) => void;
  /** What a person has to look at, though the step goes on: an annotation too. */
  readonly warn: (message: string) => void;
}

/** An action: its inputs and outputs in camel case, which action.yml has in kebab case. */
export interface Action<I extends Inputs = Inputs, Output extends string = string> {
  readonly inputs: I;
  readonly outputs: readonly Output[];
  /** Of an action that makes or changes something of its environment. */
  readonly lease?: LeaseTerms;
  readonly run: (job: Job<I, Output>) => Promise<void>;
}

/** Gives an action its types. */
export function defineAction<const I extends Inputs, const Output extends string>(
  action: Action<I, Output>,
): Action<I, Output> {
  return action;
}

/**
 * Runs an action as GitHub asks for it, by `INPUT_*`. The one place where errors end: each becomes an
 * annotation, and the step fails.
 */
export async function runAction<I extends Inputs, Output extends string>(
  action: Action<I, Output>,
): Promise<void> {
  for (const name of ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) {
    if (process.env[name]) core.setSecret(process.env[name]);
  }
  using cancel = cancelOnSignals(
    (name) => core.warning(`${name}: this step is being cancelled`),
    GRACE_MS,
  );
  try {
    const inputs = readInputs(action.inputs, (name) => core.getInput(name));
    const config = await configOf(action.inputs, inputs);
    process.env["AWS_REGION"] ??= process.env["AWS_DEFAULT_REGION"] ?? config.region;
    const clients = makeClients();
    const id = process.env["GITHUB_RUN_ID"];
    try {
      const context = {
        clients,
        progress: new ActionsProgress(core.info),
        signal: cancel.signal,
      };
      const resolved = { ...config, region: process.env["AWS_REGION"] };
      const run = id === undefined ? undefined : `github-${id}`;
      await underLease(context, resolved, { terms: action.lease, run }, () =>
        action.run({
          context,
          config: resolved,
          inputs,
          run,
          commit: process.env["GITHUB_SHA"],
          output: setOutputs,
          summarize,
          notice: (message) => core.notice(message),
          warn: (message) => core.warning(message),
        }),
      );
    } finally {
      destroyClients(clients);
    }
  } catch (error) {
    await fail(cancel.signal.aborted ? cancel.signal.reason : error);
  }
}

/** Every override among the inputs wins over its field of pipeline.yaml. */
async function configOf(inputs: Inputs, values: Values<Inputs>): Promise<Config> {
  const overrides = Object.entries(inputs).flatMap(([name, { path }]) =>
    path === undefined || values[name] === undefined
      ? []
      : [{ path, value: values[name], from: `Input ${kebab(name)}` }],
  );
  return loadConfig(String(values["config"]), overrides);
}

function setOutputs(values: Readonly<Record<string, OutputValue>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const whole = String(value);
    const cut = cutOutput(whole);
    if (cut !== whole) core.warning(`Output ${kebab(name)} is over GitHub's limit and was cut.`);
    core.setOutput(kebab(name), cut);
  }
}

async function summarize(markdown: string): Promise<void> {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (file) await appendFile(file, cutSummary(`${markdown}\n`));
}

/** An error of pipeline.yaml stands at its line. */
async function fail(error: unknown): Promise<void> {
  const message = explain(error);
  const [, file, line] = /^([\w./-]+):(\d+): /.exec(message) ?? [];
  const title = `${basename(dirname(process.argv[1] ?? ""))} failed`;
  await summarize(failureSummary(title, message));
  core.error(message, {
    title,
    ...(file === undefined ? {} : { file, startLine: Number(line) }),
  });
  process.exitCode = 1;
}
