import type { MonitoringDocument } from "../../report/monitoring/monitoring-document.ts";
import type { Config } from "../config.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import type { Baseline } from "./baseline.ts";
import type { Period, ReadCaptures } from "./read-captures.ts";
import type { Window } from "./window.ts";

interface Subject extends Period {
  readonly endpointName: string;
  readonly limits: Config["monitoring"];
  readonly evaluation: Pick<
    Evaluation,
    "classes" | "background" | "trainingJobName" | "datasetHash"
  >;
  readonly baseline: Baseline;
}

/**
 * What is found of a window, and what its report shows. Fewer records than `minRecords`, or of their
 * pictures where the baseline has some, are insufficient data, never "no drift".
 */
export function windowDocument(
  window: Window,
  { skipped, pictures, seen }: ReadCaptures,
  { endpointName, limits, evaluation, baseline, since, until }: Subject,
): Omit<MonitoringDocument, "deployments" | "latency"> {
  const { records, shares, threshold } = window;
  const enough = records >= limits.minRecords;
  const { features, since: driftedSince } = enough ? window.drift(limits) : { features: [] };
  const drifted = features.some((feature) => feature.drifted);
  const { classes, background, trainingJobName, datasetHash } = evaluation;
  const missing = enough ? window.lacking(limits) : [];
  const isWhole = enough && missing.length === 0;
  return {
    endpointName,
    madeAt: new Date().toISOString(),
    since: since?.toISOString(),
    until: until?.toISOString(),
    baseline: { trainingJobName, datasetHash, records: baseline.statistics.dataset.item_count },
    classes,
    background,
    threshold,
    limits,
    verdict: drifted ? "drift" : isWhole ? "no drift" : "insufficient data",
    records,
    skipped,
    pictures,
    lacking: missing.length === 0 ? undefined : missing,
    features,
    driftedSince,
    shares,
    statistics: { baseline: baseline.statistics, window: window.statistics() },
    seen,
  };
}
