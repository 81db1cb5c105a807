import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { jobOf, type MonitoringExecution } from "./monitoring-executions.ts";
import { runExecution } from "./monitoring-run.ts";
import type { MonitoringSchedule } from "./monitoring-schedules.ts";
import { offsetOf } from "./monitoring-rules.ts";
import { isDue } from "./schedule-expression.ts";
import { arnOf, runBehind, type Service } from "../service.ts";

/** After the hour, until what was captured in it is written. AWS begins up to twenty minutes after it. */
const DELAY_MS = 1000;

/** Begins the executions of the schedules with their hours, which may be shorter than sixty minutes. */
export class MonitoringClock {
  readonly #hourMs: number;

  constructor(hourMs: number) {
    this.#hourMs = hourMs;
  }

  /** Begins the hours; they end when the server closes. */
  async start(service: Service): Promise<void> {
    const { closing: signal } = service;
    while (!signal.aborted) {
      const hour = Math.floor((Date.now() - DELAY_MS) / this.#hourMs) + 1;
      const wait = hour * this.#hourMs + DELAY_MS - Date.now();
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.#endHour(service, hour);
    }
  }

  #endHour(service: Service, hour: number): void {
    for (const schedule of service.monitoringSchedules.values()) {
      if (schedule.status === "Scheduled" && isDue(schedule.expression, hour)) {
        this.begin(service, schedule, new Date(hour * this.#hourMs));
      }
    }
  }

  /** Begins an execution of a schedule, for the window that ends with `scheduled` unless it says another. */
  begin(service: Service, schedule: MonitoringSchedule, scheduled: Date): void {
    const { definition } = schedule;
    const stamp = scheduled.toISOString();
    const name = `model-monitoring-${stamp.replaceAll(/\D/g, "").slice(0, 12)}-${randomBytes(12).toString("hex")}`;
    const created = new Date();
    const hour = stamp.slice(0, 13).replaceAll(/[-T]/g, "/");
    const place = `${definition.endpointName}/${schedule.name}/${hour}`;
    const execution: MonitoringExecution = {
      scheduleName: schedule.name,
      scheduleArn: schedule.arn,
      definition,
      processingJobName: name,
      processingJobArn: arnOf(service, `processing-job/${name}`),
      scheduled,
      window: this.#window(schedule, scheduled),
      outputUri: `${jobOf(definition).output.S3Uri.replace(/\/+$/, "")}/${place}`,
      created,
      modified: created,
      status: "Pending",
    };
    service.monitoringExecutions.push(execution);
    runBehind(service, runExecution(service, execution));
  }

  #window({ config, definition, expression }: MonitoringSchedule, scheduled: Date) {
    const { DataAnalysisStartTime, DataAnalysisEndTime } = config.ScheduleConfig ?? {};
    const { EndpointInput } =
      definition.type === "DataQuality"
        ? definition.request.DataQualityJobInput
        : definition.request.ModelQualityJobInput;
    const at = (offset: number) => new Date(scheduled.getTime() + offset * this.#hourMs);
    const period = expression === "NOW" ? 1 : expression.every;
    return {
      start: at(offsetOf(DataAnalysisStartTime ?? EndpointInput?.StartTimeOffset) ?? -period),
      end: at(offsetOf(DataAnalysisEndTime ?? EndpointInput?.EndTimeOffset) ?? 0),
    };
  }
}
