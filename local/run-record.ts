import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import type { Config } from "../pipeline/config.ts";
import type { RunDocument } from "../report/run-document.ts";
import { TeardownError } from "../pipeline/steps/teardown.ts";
import type { RunDataset } from "./dataset.ts";
import { loopRecord } from "./drift/loop-record.ts";
import type { MadeLoop } from "./drift/loop.ts";
import type { Made } from "./pipeline.ts";
import {
  datasetRecord,
  deploymentRecord,
  evaluationRecord,
  gateRecord,
  monitoringRecord,
} from "./records.ts";
import type { StepLog } from "./steps.ts";

export interface RunFacts {
  readonly startedAt: Date;
  readonly exitCode: number;
  readonly errors: readonly unknown[];
  readonly dataset: RunDataset;
  readonly config: Config;
  readonly made: Made;
  readonly log: StepLog;
  /** Of `--drift`. */
  readonly loop?: MadeLoop | undefined;
}

/** The run as the document that `--json` writes and the report shows. */
export async function runDocument(facts: RunFacts): Promise<RunDocument> {
  const { made, config, errors } = facts;
  const { insteadOf } = facts.dataset;
  const { dataset, evaluation, gate, verification, monitoring } = made;
  const deployment = deploymentRecord(made);
  return {
    schemaVersion: 1,
    startedAt: facts.startedAt.toISOString(),
    seconds: Math.round((Date.now() - facts.startedAt.getTime()) / 100) / 10,
    exitCode: facts.exitCode,
    ...(errors.length > 0 && { error: errors.map(String).join("\n") }),
    ...(dataset && { dataset: datasetRecord(dataset, insteadOf) }),
    steps: facts.log.records,
    ...(made.tuning && { tuning: made.tuning }),
    ...(evaluation && { evaluation: evaluationRecord(evaluation) }),
    ...(gate && { gate: gateRecord(gate) }),
    ...(deployment && { deployment }),
    ...(verification && {
      verification: {
        executions: verification.confident + verification.unsure + verification.strangers,
        routed: verification.confident,
        belowThreshold: verification.unsure,
        strangers: verification.strangers,
        latencyMs: verification.latencies,
      },
    }),
    ...(monitoring && { monitoring: monitoringRecord(monitoring) }),
    ...(facts.loop && { loop: loopRecord(facts.loop) }),
    leftovers: leftovers(facts),
    versions: await versions(),
    seeds: { split: config.dataset.seed },
  };
}

/** What stands after teardown; a teardown that could not look does not claim to know. */
function leftovers({ errors, log }: RunFacts): readonly string[] {
  const known = errors.find((error) => error instanceof TeardownError);
  if (known !== undefined) return known.left.map(({ kind, name }) => `${kind} ${name}`);
  const done = log.records.some(({ name, outcome }) => name === "teardown" && outcome === "done");
  return done ? [] : ["unknown: teardown did not finish"];
}

/** What decides the result: this project, Node, ministack and onnxruntime. */
async function versions(): Promise<Record<string, string>> {
  const require = createRequire(import.meta.url);
  const requirements = await readFile(new URL("../requirements.txt", import.meta.url), "utf8");
  return {
    scones: await versionIn(require.resolve("../package.json")),
    node: process.versions.node,
    ministack: /^ministack==(.+)$/m.exec(requirements)?.[1] ?? "unknown",
    onnxruntime: await versionIn(require.resolve("onnxruntime-node/package.json")),
  };
}

async function versionIn(packageFile: string): Promise<string> {
  return (JSON.parse(await readFile(packageFile, "utf8")) as { version: string }).version;
}
