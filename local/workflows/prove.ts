import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { destroyClients } from "../../pipeline/clients.ts";
import { loadConfig } from "../../pipeline/config.ts";
import { startLocalAws } from "../aws.ts";
import type { ActRun } from "./act.ts";
import type { JobRecord, StepRecord } from "./act-log.ts";
import { startLocalGitHub } from "./github.ts";
import type { Proof } from "./proofs.ts";
import { awsState, rootClients } from "./state.ts";
import type { Edit } from "./working-copy.ts";

/**
 * Pictures without a download, and few epochs: the workflows are to be proven, not the model, which must get
 * some wrong for the gate of 100% to close on it.
 */
const edits: readonly Edit[] = [
  [["dataset", "source"], "drawn"],
  [["training", "hyperparameters", "epochs"], 2],
];

interface ProverOptions {
  /** act's binary. */
  readonly act: string;
  /** Where each run's log and summaries go. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly onStep: (job: JobRecord, step: StepRecord) => void;
}

/** What came of a proof. */
export interface Proven {
  readonly run: ActRun;
  readonly seconds: number;
  /** What belies the claim; empty where it is proven. */
  readonly complaints: readonly string[];
  /** Holds `log.txt` and a `<job>.md` for each job's summary. */
  readonly folder: string;
}

/** A local AWS and a local GitHub on which proofs are run, one after another. */
export interface Prover extends AsyncDisposable {
  readonly prove: (proof: Proof) => Promise<Proven>;
}

/** Starts both. Disposing ends every process and removes what lies outside `out`. */
export async function startProver(options: ProverOptions): Promise<Prover> {
  const { act, signal, log, onStep } = options;
  const out = resolve(options.out);
  await rm(out, { recursive: true, force: true });
  const config = await loadConfig("pipeline.yaml");
  await using stack = new AsyncDisposableStack();
  const { region } = config;
  const aws = stack.use(await startLocalAws({ region, log, signal }));
  const github = stack.use(await startLocalGitHub({ act, aws, region, edits, onStep }));
  const progress = { line: log, count: () => undefined };
  const clients = rootClients(aws.clients, region);
  stack.defer(() => destroyClients(clients));
  const state = () => awsState({ clients, progress, signal }, config, aws.bucket);
  const prove = async ({ name, event, check }: Proof): Promise<Proven> => {
    const before = await state();
    const started = performance.now();
    if (event.name === "push") await github.copy.commit("Something that no model is made of");
    const run = await github.run(event, signal);
    const seconds = (performance.now() - started) / 1000;
    const folder = join(out, name);
    await write(folder, run);
    const seen = { run, before, after: await state(), issues: github.issues };
    return { run, seconds, complaints: check(seen), folder };
  };
  const started = stack.move();
  return { prove, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function write(folder: string, { jobs, text }: ActRun): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "log.txt"), `${text.join("\n")}\n`);
  for (const { id, summary } of jobs) {
    if (summary !== "") await writeFile(join(folder, `${id}.md`), summary);
  }
}
