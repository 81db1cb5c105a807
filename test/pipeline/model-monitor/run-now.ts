import {
  DescribeMonitoringScheduleCommand,
  type SageMakerClient,
  UpdateMonitoringScheduleCommand,
} from "@aws-sdk/client-sagemaker";
import { until } from "../../local/sagemaker/fixture.ts";

/** Has a schedule run once, at once, over all that was captured, as a person may. */
export async function runNow(
  sagemaker: SageMakerClient,
  MonitoringScheduleName: string,
): Promise<void> {
  const { MonitoringScheduleConfig } = await until(async () => {
    const describe = new DescribeMonitoringScheduleCommand({ MonitoringScheduleName });
    const found = await sagemaker.send(describe);
    return found.MonitoringScheduleStatus !== "Pending" && found;
  });
  await sagemaker.send(
    new UpdateMonitoringScheduleCommand({
      MonitoringScheduleName,
      MonitoringScheduleConfig: {
        ...MonitoringScheduleConfig,
        ScheduleConfig: {
          ScheduleExpression: "NOW",
          DataAnalysisStartTime: "-PT23H",
          DataAnalysisEndTime: "PT1H",
        },
      },
    }),
  );
}
