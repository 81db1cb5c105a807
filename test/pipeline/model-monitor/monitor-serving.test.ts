import {
  DeleteEndpointCommand,
  DescribeMonitoringScheduleCommand,
  DescribeProcessingJobCommand,
  ListDataQualityJobDefinitionsCommand,
  ListTagsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Config } from "../../../pipeline/config.ts";
import { unmonitor } from "../../../pipeline/model-monitor/monitor-serving.ts";
import { keys } from "../../../pipeline/names.ts";
import { restoreEndpoint } from "../../../pipeline/endpoint/restore-endpoint.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { setVerified } from "../../../pipeline/endpoint/verified.ts";
import { bucket, get, put, settled } from "../../local/sagemaker/fixture.ts";
import { openStand, type Stand } from "../steps/evaluation-stand.ts";
import { configOf, createMeasured, execution, send } from "./monitored-stand.ts";
import { runNow } from "./run-now.ts";

const pace = { pollIntervalMs: 25 };

let stand: Stand;

beforeAll(async () => {
  stand = await openStand({ hourMs: 2000 });
});

afterAll(() => stand[Symbol.asyncDispose]());

const idsOf = (prefix: string) => Array.from({ length: 30 }, (_, number) => `${prefix}-${number}`);

const describe = (MonitoringScheduleName: string) =>
  stand.fixture.sagemaker.send(new DescribeMonitoringScheduleCommand({ MonitoringScheduleName }));

async function definitionOf(name: string): Promise<string | undefined> {
  const { MonitoringScheduleConfig } = await describe(name);
  return MonitoringScheduleConfig?.MonitoringJobDefinitionName;
}

async function definitions(EndpointName: string): Promise<(string | undefined)[]> {
  const { JobDefinitionSummaries = [] } = await stand.fixture.sagemaker.send(
    new ListDataQualityJobDefinitionsCommand({ EndpointName }),
  );
  return JobDefinitionSummaries.map((one) => one.MonitoringJobDefinitionName);
}

/** The reports of an execution, where its processing job says that they are. */
async function reportsOf({ ProcessingJobArn = "" }: { ProcessingJobArn?: string | undefined }) {
  const ProcessingJobName = ProcessingJobArn.split("/").at(-1);
  const job = await stand.fixture.sagemaker.send(
    new DescribeProcessingJobCommand({ ProcessingJobName }),
  );
  const uri = job.ProcessingOutputConfig?.Outputs?.[0]?.S3Output?.S3Uri ?? "";
  const read = async (file: string) =>
    JSON.parse(
      String(await get(stand.fixture, `${uri.slice(`s3://${bucket}/`.length)}/${file}`)),
    ) as unknown;
  return {
    statistics: await read("statistics.json"),
    violations: await read("constraint_violations.json"),
    exit: job.ExitMessage,
  };
}

test("what is captured in an hour is held against the baseline of the model that serves, by a schedule that the endpoint alone keeps", async () => {
  const config = configOf("hours");
  await deployEndpoint(stand.context, config, await createMeasured(stand, config, "hours"));
  const schedule = "scones-hours-data-quality";
  const { MonitoringScheduleArn } = await describe(schedule);
  const { Tags = [] } = await stand.fixture.sagemaker.send(
    new ListTagsCommand({ ResourceArn: MonitoringScheduleArn }),
  );
  expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).toEqual({
    "scones:project": "scones",
    "scones:environment": "hours",
  });
  expect(await execution(stand, schedule, "Failed")).toMatchObject({
    FailureReason: "Job inputs had no data",
  });
  await send(stand, config, 8, idsOf("like-the-test-pictures"));
  const ordinary = await reportsOf(await execution(stand, schedule, "Completed"));
  expect(ordinary).toMatchObject({
    violations: { violations: [] },
    exit: "Completed: Job completed successfully with no violations.",
  });
  await send(stand, config, 16, idsOf("wide"));
  const found = await reportsOf(await execution(stand, schedule, "CompletedWithViolations"));
  expect(found.exit).toMatch(/^CompletedWithViolations: /);
  expect(found.violations).toEqual({
    violations: [
      {
        feature_name: "width",
        constraint_check_type: "baseline_drift_check",
        description: expect.stringMatching(
          /^Baseline drift distance: 0\.\d+ exceeds threshold: 0\.1$/,
        ),
      },
    ],
  });
  expect(found.statistics).toMatchObject({
    features: [
      { name: "predicted_class", inferred_type: "String" },
      { name: "confidence", numerical_statistics: { mean: 0.75 } },
      { name: "width", numerical_statistics: { min: 16, max: 16 } },
      { name: "height" },
    ],
  });
});

test("an update moves the schedule to the new model, one that is taken back moves it back, and off ends it", async () => {
  const config = configOf("moved");
  const name = "scones-moved-data-quality";
  const former = await deployEndpoint(
    stand.context,
    config,
    await createMeasured(stand, config, "moved-a"),
  );
  const { EndpointArn } = await settled(stand.fixture, "scones-moved");
  await setVerified(stand.context, EndpointArn, { ...former, expiresAt: undefined });
  const first = await definitionOf(name);
  const input = await createMeasured(stand, config, "moved-b");
  const updated = await deployEndpoint(stand.context, config, input);
  const second = await definitionOf(name);
  expect(second).not.toBe(first);
  expect(await definitions("scones-moved")).toEqual([second]);
  await deployEndpoint(stand.context, config, input);
  expect(stand.lines.at(-1)).toBe(`monitoring schedule ${name}, cron(0 * ? * * *): unchanged`);
  await restoreEndpoint(stand.context, config, updated, pace);
  expect(await definitionOf(name)).toBe(first);
  expect(await definitions("scones-moved")).toEqual([first]);
  const daily = configOf("moved", '{ schedule: "cron(0 12 ? * * *)" }');
  await deployEndpoint(stand.context, daily, input);
  expect((await describe(name)).MonitoringScheduleConfig?.ScheduleConfig).toEqual({
    ScheduleExpression: "cron(0 12 ? * * *)",
  });
  const off: Config = { ...config, monitoring: { ...config.monitoring, modelMonitor: undefined } };
  await deployEndpoint(stand.context, off, input);
  await expect(describe(name)).rejects.toThrow("Could not find requested monitoring schedule");
  expect(await definitions("scones-moved")).toEqual([]);
});

test("a deployment, and its way back, end well where Model Monitor is refused, and say why", async () => {
  const config: Config = { ...configOf("refused"), region: "eu-south-1" };
  const why =
    "Model Monitor does not watch endpoint scones-refused: Model Monitor's analyzer has no image";
  const deploy = async (name: string) =>
    deployEndpoint(stand.context, config, await createMeasured(stand, config, name));
  const former = await deploy("refused-a");
  expect(former).toMatchObject({ change: "created", warning: expect.stringContaining(why) });
  const { EndpointArn } = await settled(stand.fixture, "scones-refused");
  await setVerified(stand.context, EndpointArn, { ...former, expiresAt: undefined });
  const updated = await deploy("refused-b");
  expect(updated).toMatchObject({ change: "updated", warning: expect.stringContaining(why) });
  const now = await restoreEndpoint(stand.context, config, updated, pace);
  expect(now).toMatch(/^Endpoint scones-refused serves the former model again/);
  expect(now.split("\n").at(-1)).toContain(why);
});

test("answers are held against the labels, and the endpoint is deleted only behind its schedules", async () => {
  const config = configOf("labels", '{ modelQuality: true, schedule: "cron(0 12 ? * * *)" }');
  await deployEndpoint(stand.context, config, await createMeasured(stand, config, "labels"));
  const ids = idsOf("labelled");
  const lines = ids.map((eventId, number) =>
    JSON.stringify({
      groundTruthData: { data: number < 15 ? "bicycle" : "motorcycle", encoding: "CSV" },
      eventMetadata: { eventId },
      eventVersion: "0",
    }),
  );
  const hour = new Date().toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
  await put(stand.fixture, `${keys.groundTruth(config)}${hour}/labels.jsonl`, lines.join("\n"));
  await send(stand, config, 8, ids);
  const schedule = "scones-labels-model-quality";
  await runNow(stand.fixture.sagemaker, schedule);
  const { statistics, violations } = await reportsOf(
    await execution(stand, schedule, "CompletedWithViolations"),
  );
  expect(violations).toMatchObject({
    violations: [{ metric_name: "accuracy", constraint_check_type: "LessThanThreshold" }],
  });
  expect(statistics).toMatchObject({
    dataset: { item_count: 30 },
    multiclass_classification_metrics: {
      confusion_matrix: { bicycle: { bicycle: 15 }, motorcycle: { bicycle: 15 } },
      accuracy: { value: 0.5 },
    },
  });
  const endpoint = { EndpointName: "scones-labels" };
  const remove = () => stand.fixture.sagemaker.send(new DeleteEndpointCommand(endpoint));
  await expect(remove()).rejects.toThrow(/with monitoring schedule ".*scones-labels-/);
  await unmonitor(stand.context, config, pace);
  await remove();
});
