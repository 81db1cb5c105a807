import { DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { names } from "../names.ts";

/** As cloudformation/application.yaml names the alarms of the endpoint, behind the stack's name. */
const SUFFIXES = ["5xx-errors", "4xx-errors", "model-latency"];

/**
 * The names of the alarms that may roll an update back: those of the application's stack that exist. One
 * that is in ALARM already is left out, and said so: it tells of the model that serves and not of the
 * new one, and would roll back the very update that may mend it.
 */
export async function rollbackAlarms(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<string[]> {
  const alarms = await describeAlarms(
    context,
    SUFFIXES.map((suffix) => `${names.stack(config)}-${suffix}`),
  );
  for (const { AlarmName, StateReason } of alarms.filter(isRaised)) {
    context.progress.line(
      `alarm ${AlarmName} is in ALARM before the update and can't watch it: ${StateReason}`,
    );
  }
  return alarms.filter((alarm) => !isRaised(alarm)).map(({ AlarmName = "" }) => AlarmName);
}

/** Those of these alarms that are in ALARM, each with its reason. */
export async function raisedAlarms(context: Context, alarms: readonly string[]): Promise<string[]> {
  if (alarms.length === 0) return [];
  return (await describeAlarms(context, alarms))
    .filter(isRaised)
    .map(({ AlarmName, StateReason }) => `${AlarmName} (${StateReason})`);
}

async function describeAlarms(
  { clients, signal }: Context,
  alarmNames: readonly string[],
): Promise<MetricAlarm[]> {
  const { MetricAlarms = [] } = await clients.cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [...alarmNames] }),
    { abortSignal: signal },
  );
  return MetricAlarms;
}

function isRaised({ StateValue }: MetricAlarm): boolean {
  return StateValue === "ALARM";
}
