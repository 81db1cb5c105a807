import { PutDashboardCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Clients } from "../../../pipeline/context.ts";
import type { Tag } from "../../../pipeline/tags.ts";

/** An alarm, a log group and a dashboard as a stack makes them, made without one. */
export function planting({ cloudwatch, logs }: Pick<Clients, "cloudwatch" | "logs">) {
  return {
    alarm: (AlarmName: string, Tags: Tag[] = []) =>
      cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName,
          Tags,
          Namespace: "Scones",
          MetricName: "Drift",
          Statistic: "Maximum",
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: "GreaterThanThreshold",
        }),
      ),
    logGroup: (logGroupName: string, tags: readonly Tag[] = []) =>
      logs.send(
        new CreateLogGroupCommand({
          logGroupName,
          tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
        }),
      ),
    dashboard: (DashboardName: string) =>
      cloudwatch.send(new PutDashboardCommand({ DashboardName, DashboardBody: '{"widgets":[]}' })),
  };
}
