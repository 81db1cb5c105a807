import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import type { Config } from "../pipeline/config.ts";
import type { RunDocument } from "../report/run-document.ts";
import { TeardownError } from "../pipeline/steps/teardown.ts";
import type { Strangers } from "../pipeline/strangers.ts";
import type { RunDataset } from "./dataset.ts";
import type { Made } from "./pipeline.ts";
import type { StepLog } from "./steps.ts";

export interface RunFacts {
  readonly startedAt: Date;
  readonly exitCode: number;
  readonly errors: readonly unknown[];
  readonly dataset: RunDataset;
  readonly config: Config;
  readonly made: Made;
  readonly log: StepLog;
}

/** The run as the document that `--json` writes and the report shows. */
export async function runDocument(facts: RunFacts): Promise<RunDocument> {
  const { made, config, errors } = facts;
  const { source, insteadOf } = facts.dataset;
  const { dataset, evaluation, gate, endpoint, modelPackageArn, verification, monitoring } = made;
  return {
    schemaVersion: 1,
    startedAt: facts.startedAt.toISOString(),
    seconds: Math.round((Date.now() - facts.startedAt.getTime()) / 100) / 10,
    exitCode: facts.exitCode,
    ...(errors.length > 0 && { error: errors.map(String).join("\n") }),
    ...(dataset && {
      dataset: {
        source: source.name,
        drawn: source.name === "drawn",
        ...(insteadOf !== undefined && { insteadOf }),
        ...dataset.manifest.counts,
        classes: dataset.manifest.classes,
        ...(dataset.manifest.background !== undefined && {
          background: dataset.manifest.background,
        }),
        hash: dataset.manifest.hash,
      },
    }),
    steps: facts.log.records,
    ...(made.tuning && { tuning: made.tuning }),
    ...(evaluation && {
      evaluation: {
        correct: evaluation.correct,
        total: evaluation.total,
        accuracy: evaluation.accuracy,
        interval: evaluation.interval,
        confusionMatrix: evaluation.confusionMatrix,
        perClass: evaluation.perClass,
        auc: evaluation.auc,
        logLoss: evaluation.logLoss,
        calibrationError: evaluation.calibrationError,
        ...(evaluation.strangers && { strangers: countsOf(evaluation.strangers) }),
      },
    }),
    ...(gate && {
      gate: {
        approved: gate.approved,
        required: gate.required,
        line: gate.line,
        reason: gate.reason,
        championLine: gate.championLine,
        ...(gate.comparison && { comparison: gate.comparison }),
      },
    }),
    ...(endpoint &&
      modelPackageArn !== undefined && {
        deployment: {
          endpointName: endpoint.endpointName,
          endpointConfigName: endpoint.endpointConfigName,
          modelPackageArn,
        },
      }),
    ...(verification && {
      verification: {
        executions: verification.confident + verification.unsure + verification.strangers,
        routed: verification.confident,
        belowThreshold: verification.unsure,
        strangers: verification.strangers,
        latencyMs: verification.latencies,
      },
    }),
    ...(monitoring && {
      monitoring: {
        verdict: monitoring.verdict,
        records: monitoring.records,
        skipped: monitoring.skipped,
        features: monitoring.features,
        ...(monitoring.driftedSince !== undefined && { driftedSince: monitoring.driftedSince }),
      },
    }),
    leftovers: leftovers(facts),
    versions: await versions(),
    seeds: { split: config.dataset.seed },
  };
}

function countsOf({ total, passed, share, interval, threshold }: Strangers) {
  return { total, passed, share, interval, threshold };
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
