import {
  DescribeProcessingJobCommand,
  ListMonitoringExecutionsCommand,
  type MonitoringExecutionSummary,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf } from "../errors.ts";
import { names } from "../names.ts";
import { monitoringTypes } from "./removal.ts";

/** How many of each schedule are shown. */
const LAST = 3;

/** One run of one of Model Monitor's schedules. */
export interface Execution {
  readonly schedule: string;
  readonly scheduledAt: Date | undefined;
  /** AWS's: Pending, InProgress, Completed, CompletedWithViolations, Failed, Stopping or Stopped. */
  readonly status: string;
  /** Of a Failed one: an hour without captures is one, too. */
  readonly reason?: string | undefined;
  /** Where its `constraint_violations.json` is; only of one that is completed with violations. */
  readonly violationsUri?: string | undefined;
}

/**
 * The last executions of the environment's schedules, the newest first; none where there is no schedule, or
 * where AWS does not say, which a line of progress tells: they stand beside a verdict that needs none of them.
 */
export async function lastExecutions(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<Execution[]> {
  try {
    return await listed(context, config);
  } catch (error) {
    context.signal.throwIfAborted();
    context.progress.line(`Model Monitor's last executions are not known: ${messageOf(error)}`);
    return [];
  }
}

async function listed(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<Execution[]> {
  const { clients, signal } = context;
  const found: Execution[] = [];
  for (const type of monitoringTypes) {
    const { MonitoringExecutionSummaries = [] } = await clients.sagemaker.send(
      new ListMonitoringExecutionsCommand({
        MonitoringScheduleName: names.monitoringSchedule(config, type),
        SortBy: "ScheduledTime",
        SortOrder: "Descending",
        MaxResults: LAST,
      }),
      { abortSignal: signal },
    );
    for (const summary of MonitoringExecutionSummaries)
      found.push(await executionOf(context, summary));
  }
  return found;
}

async function executionOf(
  { clients, signal }: Context,
  summary: MonitoringExecutionSummary,
): Promise<Execution> {
  const { MonitoringExecutionStatus: status = "Pending", ProcessingJobArn } = summary;
  const execution = {
    schedule: summary.MonitoringScheduleName ?? "",
    scheduledAt: summary.ScheduledTime,
    status,
    reason: summary.FailureReason,
  };
  if (status !== "CompletedWithViolations") return execution;
  const { ProcessingOutputConfig } = await clients.sagemaker.send(
    new DescribeProcessingJobCommand({ ProcessingJobName: ProcessingJobArn?.split("/").at(-1) }),
    { abortSignal: signal },
  );
  const uri = ProcessingOutputConfig?.Outputs?.[0]?.S3Output?.S3Uri;
  const violationsUri = uri && `${uri.replace(/\/+$/, "")}/constraint_violations.json`;
  return { ...execution, violationsUri };
}
