import {
  CreateDataQualityJobDefinitionCommand,
  CreateMonitoringScheduleCommand,
  DeleteDataQualityJobDefinitionCommand,
  DeleteMonitoringScheduleCommand,
  DescribeMonitoringScheduleCommand,
  ListMonitoringExecutionsCommand,
  type MonitoringScheduleConfig,
  StopMonitoringScheduleCommand,
  UpdateMonitoringScheduleCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { monitoringScheduleOperations } from "../../../../local/sagemaker/monitoring/monitoring-schedules.ts";
import type { Service } from "../../../../local/sagemaker/service.ts";
import { monitorBaseline } from "../../../../pipeline/model-monitor/monitor-baseline.ts";
import { createCapture } from "../../../pipeline/monitoring/captures.ts";
import { bucket, createEndpoint, type Fixture, put, startFixture, until } from "../fixture.ts";
import { dataQuality, hourly, now } from "./monitoring-fixture.ts";

const nothing = monitorBaseline({
  statistics: { version: 0, dataset: { item_count: 0 }, features: [] },
});

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await createEndpoint(fixture, "e");
  await fixture.sagemaker.send(new CreateDataQualityJobDefinitionCommand(dataQuality));
});

afterAll(() => fixture[Symbol.asyncDispose]());

const create = (MonitoringScheduleName: string, config: MonitoringScheduleConfig = hourly) =>
  fixture.sagemaker.send(
    new CreateMonitoringScheduleCommand({
      MonitoringScheduleName,
      MonitoringScheduleConfig: config,
    }),
  );

const settled = (MonitoringScheduleName: string) =>
  until(async () => {
    const command = new DescribeMonitoringScheduleCommand({ MonitoringScheduleName });
    const found = await fixture.sagemaker.send(command);
    return found.MonitoringScheduleStatus !== "Pending" && found;
  });

const failedExecution = (MonitoringScheduleName: string) =>
  until(async () => {
    const { MonitoringExecutionSummaries: [found] = [] } = await fixture.sagemaker.send(
      new ListMonitoringExecutionsCommand({ MonitoringScheduleName }),
    );
    return found?.MonitoringExecutionStatus === "Failed" && found;
  });

const scheduled = (ScheduleExpression: string): MonitoringScheduleConfig => ({
  ...hourly,
  ScheduleConfig: { ScheduleExpression },
});

test.each<[string, MonitoringScheduleConfig, RegExp]>([
  ["every half hour", scheduled("cron(0/30 * ? * * *)"), /Invalid schedule expression/],
  ["now, of no window", scheduled("NOW"), /DataAnalysisStartTime and DataAnalysisEndTime/],
  [
    "two days at once",
    { ...now, ScheduleConfig: { ...now.ScheduleConfig, DataAnalysisStartTime: "-P2D" } },
    /at most 24 hours/,
  ],
  [
    "a definition that is not there",
    { ...hourly, MonitoringJobDefinitionName: "none" },
    /Could not find requested job definition: arn:.*:data-quality-job-definition\/none/,
  ],
])("a schedule of %s is refused", async (_title, config, message) => {
  await expect(create("refused", config)).rejects.toThrow(message);
});

test("a schedule is Pending after a change, and takes no other meanwhile", async () => {
  const [name, arn] = ["d", "arn:aws:sagemaker:r:a:data-quality-job-definition/d"];
  const closing = new AbortController();
  const service = {
    region: "r",
    account: "a",
    closing: closing.signal,
    running: new Set(),
    tags: new Map(),
    monitoringSchedules: new Map(),
    jobDefinitions: new Map([[arn, { name, arn, type: "DataQuality", endpointName: "e" }]]),
    monitoringExecutions: [],
  } as unknown as Service;
  const operations = monitoringScheduleOperations(service);
  const schedule = { MonitoringScheduleName: "s" };
  operations.CreateMonitoringSchedule({ ...schedule, MonitoringScheduleConfig: hourly });
  expect(operations.DescribeMonitoringSchedule(schedule).MonitoringScheduleStatus).toBe("Pending");
  expect(() => operations.StopMonitoringSchedule(schedule)).toThrow(/is in status Pending/);
  expect(() => operations.DeleteMonitoringSchedule(schedule)).toThrow(/is in status Pending/);
  closing.abort();
  await Promise.all(service.running);
});

test("a schedule is stopped, changed and deleted, and what it starts only behind it", async () => {
  await create("pending");
  const schedule = { MonitoringScheduleName: "pending" };
  const stop = () => fixture.sagemaker.send(new StopMonitoringScheduleCommand(schedule));
  expect((await settled("pending")).MonitoringScheduleStatus).toBe("Scheduled");
  await expect(create("pending")).rejects.toThrow(/already exists/);
  await stop();
  expect((await settled("pending")).MonitoringScheduleStatus).toBe("Stopped");
  await fixture.sagemaker.send(
    new UpdateMonitoringScheduleCommand({
      ...schedule,
      MonitoringScheduleConfig: scheduled("cron(0 0 ? * * *)"),
    }),
  );
  expect(await settled("pending")).toMatchObject({ MonitoringScheduleStatus: "Stopped" });
  const remove = new DeleteDataQualityJobDefinitionCommand({ JobDefinitionName: "d" });
  await expect(fixture.sagemaker.send(remove)).rejects.toThrow(/is in use by/);
  await fixture.sagemaker.send(new DeleteMonitoringScheduleCommand(schedule));
  await expect(settled("pending")).rejects.toThrow(/Could not find/);
});

test("an execution of captures that there are none of fails in AWS's words", async () => {
  await create("now", now);
  const failed = await failedExecution("now");
  expect(failed).toMatchObject({
    FailureReason: "Job inputs had no data",
    EndpointName: "e",
    MonitoringType: "DataQuality",
  });
  expect((await settled("now")).LastMonitoringExecutionSummary).toEqual(failed);
});

test("an execution whose script fails says so in the script's words", async () => {
  const DataCaptureConfig = {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: `s3://${bucket}/capture`,
    CaptureOptions: [{ CaptureMode: "Output" as const }],
  };
  await createEndpoint(fixture, "captured", { DataCaptureConfig });
  const time = new Date(Date.now() - 60_000).toISOString();
  const file = `${time.slice(0, 13).replaceAll(/[-T]/g, "/")}/${time.slice(14, 19).replace(":", "-")}-000-id.jsonl`;
  await put(fixture, `capture/captured/v/${file}`, createCapture({ inferenceTime: time }));
  await put(fixture, "broken.py", "def preprocess_handler(record):\n    1 / 0\n");
  await put(fixture, "statistics.json", JSON.stringify(nothing.statistics));
  await put(fixture, "constraints.json", JSON.stringify(nothing.constraints));
  await fixture.sagemaker.send(
    new CreateDataQualityJobDefinitionCommand({
      ...dataQuality,
      JobDefinitionName: "broken",
      DataQualityAppSpecification: {
        ...dataQuality.DataQualityAppSpecification,
        RecordPreprocessorSourceUri: `s3://${bucket}/broken.py`,
      },
      DataQualityBaselineConfig: {
        StatisticsResource: { S3Uri: `s3://${bucket}/statistics.json` },
        ConstraintsResource: { S3Uri: `s3://${bucket}/constraints.json` },
      },
      DataQualityJobInput: {
        EndpointInput: {
          ...dataQuality.DataQualityJobInput.EndpointInput,
          EndpointName: "captured",
        },
      },
    }),
  );
  await create("broken", { ...now, MonitoringJobDefinitionName: "broken" });
  expect(await failedExecution("broken")).toMatchObject({
    FailureReason:
      "AlgorithmError: Error: Exception while invoking preprocessor script: ZeroDivisionError: division by zero, exit code: 1",
  });
});
