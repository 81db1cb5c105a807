import {
  DeleteDataQualityJobDefinitionCommand,
  DeleteModelQualityJobDefinitionCommand,
  DeleteMonitoringScheduleCommand,
  type ExecutionStatus,
  paginateListMonitoringExecutions,
  StopMonitoringScheduleCommand,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import { names } from "../names.ts";
import { LONGEST_SECONDS } from "./job-definition.ts";
import { type Pace, poll } from "../poll.ts";
import { describeSchedule, settledSchedule } from "./schedule.ts";

/** Model Monitor's types, as names have them. */
export const monitoringTypes = ["data-quality", "model-quality"] as const;

export type MonitoringType = (typeof monitoringTypes)[number];

/** The longest wait for an execution: its two jobs, and half an hour in which they get their instances. */
export const EXECUTION_MINUTES = (2 * LONGEST_SECONDS) / 60 + 30;

/**
 * Stops a schedule, waits until its executions have ended, and deletes it: AWS deletes no endpoint that has
 * one. An execution is not stopped: its processing job carries a name and tags of AWS.
 * @throws StepError where an execution does not end in time.
 */
export async function removeSchedule(
  context: Context,
  name: string,
  { pollIntervalMs = 5000 }: Pace,
): Promise<void> {
  const { sagemaker } = context.clients;
  const schedule = { MonitoringScheduleName: name };
  const until = (what: string, look: () => Promise<boolean>) =>
    poll(async () => ((await look()) ? true : undefined), {
      what,
      timeoutMs: EXECUTION_MINUTES * 60_000,
      intervalMs: pollIntervalMs,
      signal: context.signal,
      resume: "It goes on: run the step again.",
    });
  const found = await settledSchedule(context, name, { pollIntervalMs });
  if (found === undefined) return;
  if (found.MonitoringScheduleStatus === "Scheduled") {
    await ifPresent(sagemaker.send(new StopMonitoringScheduleCommand(schedule)));
    await settledSchedule(context, name, { pollIntervalMs });
  }
  await until(`The last execution of ${name}`, async () => !(await isExecuting(context, name)));
  await ifPresent(sagemaker.send(new DeleteMonitoringScheduleCommand(schedule)));
  await until(
    `The deletion of monitoring schedule ${name}`,
    async () => (await describeSchedule(context, name)) === undefined,
  );
}

async function isExecuting({ clients }: Context, name: string): Promise<boolean> {
  const unfinished: readonly ExecutionStatus[] = ["Pending", "InProgress", "Stopping"];
  for (const StatusEquals of unfinished) {
    const pages = paginateListMonitoringExecutions(
      { client: clients.sagemaker },
      { MonitoringScheduleName: name, StatusEquals },
    );
    for await (const { MonitoringExecutionSummaries = [] } of pages) {
      if (MonitoringExecutionSummaries.length > 0) return true;
    }
  }
  return false;
}

/** Deletes a definition; one that is gone is deleted already. */
export async function removeDefinition(
  { clients: { sagemaker }, signal }: Context,
  type: MonitoringType,
  JobDefinitionName: string,
): Promise<void> {
  const abort = { abortSignal: signal };
  const name = { JobDefinitionName };
  await ifPresent<unknown>(
    type === "data-quality"
      ? sagemaker.send(new DeleteDataQualityJobDefinitionCommand(name), abort)
      : sagemaker.send(new DeleteModelQualityJobDefinitionCommand(name), abort),
  );
}

/** Takes away the schedules of these types, side by side, and then what they started, where there are any. */
export async function endMonitoring(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  types: readonly MonitoringType[],
  pace: Pace,
): Promise<void> {
  await Promise.all(types.map((type) => endOne(context, config, type, pace)));
}

async function endOne(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  type: MonitoringType,
  pace: Pace,
): Promise<void> {
  const name = names.monitoringSchedule(config, type);
  const found = await describeSchedule(context, name);
  if (found === undefined) return;
  await removeSchedule(context, name, pace);
  const definition = found.MonitoringScheduleConfig?.MonitoringJobDefinitionName;
  if (definition !== undefined) await removeDefinition(context, type, definition);
  context.progress.line(`monitoring schedule ${name} is deleted`);
}
