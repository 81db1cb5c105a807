import type { MonitoringScheduleConfig } from "@aws-sdk/client-sagemaker";
import { findDefinition } from "./job-definitions.ts";
import type { MonitoringSchedule } from "./monitoring-schedules.ts";
import { durationHours, parseSchedule } from "./schedule-expression.ts";
import type { Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

/**
 * Reads what a schedule is to do, by rules that the API model does not tell.
 * @throws ServiceError ValidationException, or ResourceNotFound for its definition
 */
export function checkSchedule(
  service: Service,
  config: Valid<MonitoringScheduleConfig>,
): Pick<MonitoringSchedule, "config" | "definition" | "expression"> {
  const { MonitoringJobDefinitionName, MonitoringType, ScheduleConfig } = config;
  if (MonitoringJobDefinitionName === undefined) {
    throw validationException(
      "The local SageMaker wants a MonitoringJobDefinitionName, not a definition in place.",
    );
  }
  if (MonitoringType !== "DataQuality" && MonitoringType !== "ModelQuality") {
    throw validationException(
      `The local SageMaker has no monitoring of the type ${MonitoringType}.`,
    );
  }
  const text = ScheduleConfig?.ScheduleExpression ?? "cron(0 0 ? * * *)";
  const expression = parseSchedule(text);
  if (expression === undefined) throw validationException(`Invalid schedule expression: ${text}`);
  const start = offsetOf(ScheduleConfig?.DataAnalysisStartTime);
  const end = offsetOf(ScheduleConfig?.DataAnalysisEndTime);
  if (expression === "NOW" && (start === undefined || end === undefined)) {
    throw validationException(
      "DataAnalysisStartTime and DataAnalysisEndTime are required with NOW: -PT1H, -PT0H.",
    );
  }
  if (start !== undefined && end !== undefined && (start >= end || end - start > 24)) {
    throw validationException(
      "The data analysis window must be of more than none and at most 24 hours.",
    );
  }
  const definition = findDefinition(service, MonitoringType, MonitoringJobDefinitionName);
  return { config, definition, expression };
}

/** An offset in hours. @throws ServiceError ValidationException where it is no ISO 8601 duration */
export function offsetOf(text: string | undefined): number | undefined {
  const hours = text === undefined ? undefined : durationHours(text);
  if (text === undefined || hours !== undefined) return hours;
  throw validationException(`${text} is not an ISO 8601 duration, such as -PT1H.`);
}
