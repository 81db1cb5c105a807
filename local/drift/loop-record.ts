import type { LoopRecord } from "../../report/run-document.ts";
import {
  datasetRecord,
  deploymentRecord,
  evaluationRecord,
  gateRecord,
  monitoringRecord,
} from "../records.ts";
import type { MadeLoop } from "./loop.ts";

/** The loop as the run's document has it. */
export function loopRecord(loop: MadeLoop): LoopRecord {
  const { daylight, drift, labels, retrained, captured, later, reports } = loop;
  const deployment = retrained && deploymentRecord(retrained);
  return {
    ...(daylight && { daylight: monitoringRecord(daylight) }),
    ...(drift && { drift: monitoringRecord(drift) }),
    ...(labels && { labels: labels.added }),
    ...(retrained?.dataset && { dataset: datasetRecord(retrained.dataset) }),
    ...(retrained?.evaluation && { evaluation: evaluationRecord(retrained.evaluation) }),
    ...(captured && { captured }),
    ...(retrained?.gate && { gate: gateRecord(retrained.gate) }),
    ...(deployment && { deployment }),
    ...(later && { later: monitoringRecord(later) }),
    reports,
  };
}
