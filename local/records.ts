import type { Evaluation } from "../pipeline/evaluation/evaluation.ts";
import type { GateDecision } from "../pipeline/evaluation/gate-decision.ts";
import type { Dataset } from "../pipeline/dataset/manifest.ts";
import type { Monitoring } from "../pipeline/steps/monitor-endpoint.ts";
import type {
  DatasetRecord,
  DeploymentRecord,
  EvaluationRecord,
  GateRecord,
  MonitoringRecord,
} from "../report/run-document.ts";
import type { Made } from "./pipeline.ts";

/** A staged dataset as the run's document has it. */
export function datasetRecord({ manifest }: Dataset, insteadOf?: string): DatasetRecord {
  const { source, counts, captured, classes, background, hash } = manifest;
  return {
    source,
    drawn: source === "drawn",
    ...(insteadOf !== undefined && { insteadOf }),
    ...counts,
    ...(captured && { captured }),
    classes,
    ...(background !== undefined && { background }),
    hash,
  };
}

/** An evaluation without its single predictions. */
export function evaluationRecord(evaluation: Evaluation): EvaluationRecord {
  const { correct, total, accuracy, interval, confusionMatrix, perClass } = evaluation;
  const { auc, logLoss, calibrationError, strangers } = evaluation;
  return {
    correct,
    total,
    accuracy,
    interval,
    confusionMatrix,
    perClass,
    auc,
    logLoss,
    calibrationError,
    ...(strangers && {
      strangers: {
        total: strangers.total,
        passed: strangers.passed,
        share: strangers.share,
        interval: strangers.interval,
        threshold: strangers.threshold,
      },
    }),
  };
}

/** A gate's decision with its comparison. */
export function gateRecord(gate: GateDecision): GateRecord {
  const { approved, required, line, reason, championLine, comparison } = gate;
  return { approved, required, line, reason, championLine, ...(comparison && { comparison }) };
}

/** What serves; undefined where nothing was deployed. */
export function deploymentRecord({
  endpoint,
  modelPackageArn,
}: Made): DeploymentRecord | undefined {
  if (endpoint === undefined || modelPackageArn === undefined) return undefined;
  const { endpointName, endpointConfigName } = endpoint;
  return { endpointName, endpointConfigName, modelPackageArn };
}

/** What the monitor said. */
export function monitoringRecord(monitoring: Monitoring): MonitoringRecord {
  const { verdict, records, skipped, features, driftedSince } = monitoring;
  return {
    verdict,
    records,
    skipped,
    features,
    ...(driftedSince !== undefined && { driftedSince }),
  };
}
