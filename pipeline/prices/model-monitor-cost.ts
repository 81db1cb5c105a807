import type { Config } from "../config.ts";
import type { Cost } from "./costs.ts";
import { priceOf } from "./prices.ts";

/** That one job of Model Monitor bills; an estimate. */
const JOB_MINUTES = 5;

/** What `modelMonitorCost` rests on. */
export const modelMonitorNote = `an estimate: ${JOB_MINUTES} minutes that each job of Model Monitor bills`;

/** So many hours of Model Monitor's schedules; of unknown cost where no price for processing is quoted. */
export function modelMonitorCost(
  region: string,
  hours: number,
  { instanceType, schedule, modelQuality }: NonNullable<Config["monitoring"]["modelMonitor"]>,
): Cost {
  // Data quality's job, and model quality's two: the merging of the labels and the analysis.
  const jobs = Math.round(((modelQuality ? 3 : 1) * executionsADay(schedule) * hours) / 24);
  const price = priceOf({ region, instanceType, use: "processing" });
  return {
    what: "Model Monitor",
    usd: price && (price * jobs * JOB_MINUTES) / 60,
    sum: `${jobs} jobs x ${JOB_MINUTES} min x ${instanceType}`,
  };
}

/** Of `cron(0 * ? * * *)` 24, of `cron(0 17 ? * * *)` 1, of `cron(0 17/12 ? * * *)` 2: each day begins anew. */
function executionsADay(schedule: string): number {
  const [, from, every] = /^cron\(0 (\*|\d+)(?:\/(\d+))? /.exec(schedule) ?? [];
  return Math.ceil(24 / Number(every ?? (from === "*" ? 1 : 24)));
}
