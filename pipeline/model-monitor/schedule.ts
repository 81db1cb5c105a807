import {
  DescribeMonitoringScheduleCommand,
  type DescribeMonitoringScheduleCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import { type Pace, poll } from "../poll.ts";

export type Schedule = DescribeMonitoringScheduleCommandOutput;

/**
 * Whether AWS says that this account has no Model Monitor, and so nothing of it: it takes no new customers
 * since 2026-07-30. Its words were not seen.
 */
export function isClosed(error: unknown): boolean {
  return (
    error instanceof Error && /new customers|no longer (available|supported)/i.test(error.message)
  );
}

/** A schedule by its name; undefined where there is none. */
export async function describeSchedule(
  { clients, signal }: Context,
  name: string,
): Promise<Schedule | undefined> {
  const request = new DescribeMonitoringScheduleCommand({ MonitoringScheduleName: name });
  try {
    return await ifPresent(clients.sagemaker.send(request, { abortSignal: signal }));
  } catch (error) {
    if (isClosed(error)) return undefined;
    throw error;
  }
}

/** A schedule once it is no longer Pending, in which state it can't be changed. */
export async function settledSchedule(
  context: Context,
  name: string,
  { pollIntervalMs = 5000 }: Pace,
): Promise<Schedule | undefined> {
  const { schedule } = await poll(
    async () => {
      const found = await describeSchedule(context, name);
      return found?.MonitoringScheduleStatus === "Pending" ? undefined : { schedule: found };
    },
    {
      what: `Monitoring schedule ${name}`,
      timeoutMs: 300_000,
      intervalMs: pollIntervalMs,
      signal: context.signal,
      resume: "It is still Pending: run the step again.",
    },
  );
  return schedule;
}
