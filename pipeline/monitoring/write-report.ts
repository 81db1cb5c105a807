import type { MonitoringDocument } from "../../report/monitoring/monitoring-document.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { keys } from "../names.ts";
import { writeHtml, writeJson } from "../s3.ts";
import type { Constraints } from "./constraints.ts";
import { violationsOf } from "./violations.ts";

export interface WrittenReport {
  /** Beside it are `statistics.json` and `constraint_violations.json`. */
  readonly reportUri: string;
  /** The same for people, `report.html` beside it. */
  readonly htmlUri: string;
}

/** Writes what was found of a window: Model Monitor's files, `report.json`, and `report.html` for people. */
export async function writeReport(
  { clients }: Context,
  config: Pick<Config, "project" | "environment">,
  document: MonitoringDocument,
  { bucket, constraints }: { readonly bucket: string; readonly constraints: Constraints },
): Promise<WrittenReport> {
  const { endpointName, madeAt, records, limits, features, statistics } = document;
  const prefix = `${keys.monitoring(config)}${endpointName}/${madeAt.replaceAll(":", "-")}/`;
  const compared = records < limits.minRecords ? undefined : statistics.window;
  const violations = violationsOf(constraints, compared, features);
  await writeJson(clients.s3, bucket, `${prefix}statistics.json`, statistics.window);
  await writeJson(clients.s3, bucket, `${prefix}constraint_violations.json`, violations);
  await writeJson(clients.s3, bucket, `${prefix}report.json`, numbersOf(document));
  // Loaded here: the charts' library takes a while.
  const { renderMonitoring } = await import("../../report/monitoring/render-monitoring.ts");
  await writeHtml(clients.s3, bucket, `${prefix}report.html`, await renderMonitoring(document));
  const uri = `s3://${bucket}/${prefix}report`;
  return { reportUri: `${uri}.json`, htmlUri: `${uri}.html` };
}

/** The document without the pictures, and without what stands in the files beside it: JSON leaves them out. */
function numbersOf(document: MonitoringDocument) {
  const { timeline } = document.seen;
  return { ...document, statistics: undefined, seen: undefined, timeline };
}
