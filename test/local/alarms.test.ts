import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { type Ministack, ROOT_CREDENTIALS, startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";

const region = "us-east-1";

let ministack: Ministack;
let cloudwatch: CloudWatchClient;

beforeAll(async () => {
  ministack = await startMinistack({ venv: await ensureVenv(console.log), region });
  cloudwatch = new CloudWatchClient({
    region,
    endpoint: ministack.endpoint,
    credentials: ROOT_CREDENTIALS,
  });
});
afterAll(async () => {
  cloudwatch.destroy();
  await ministack.stop();
});

const of = (Value: string) => [{ Name: "EndpointName", Value }];

/** An alarm on the errors of what its name says: over 0 in a minute. */
const alarm = (AlarmName: string, changes: Partial<PutMetricAlarmCommandInput> = {}) =>
  cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: "Test",
      MetricName: "Errors",
      Dimensions: of(AlarmName),
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
      ...changes,
    }),
  );

const errors = (endpoint: string, Value: number, ageSeconds = 0) =>
  cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: "Test",
      MetricData: [
        {
          MetricName: "Errors",
          Dimensions: of(endpoint),
          Value,
          Timestamp: new Date(Date.now() - 1000 * ageSeconds),
        },
      ],
    }),
  );

async function stateOf(AlarmName: string): Promise<string | undefined> {
  const found = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
  return found.MetricAlarms?.[0]?.StateValue;
}

test("an alarm rings for the metric of its own dimensions, and for no other", async () => {
  await alarm("mine");
  await alarm("other");
  await errors("mine", 1);
  await errors("other", 0);
  expect([await stateOf("mine"), await stateOf("other")]).toEqual(["ALARM", "OK"]);
});

test("each period is looked at for itself: two of three have to breach", async () => {
  await alarm("several", { EvaluationPeriods: 3, DatapointsToAlarm: 2, Threshold: 4 });
  await errors("several", 9);
  await errors("several", 1, 70);
  await errors("several", 1, 130);
  expect(await stateOf("several")).toBe("OK");
  await errors("several", 9, 75);
  expect(await stateOf("several")).toBe("ALARM");
});

test("an alarm falls silent once its metric does", async () => {
  await alarm("silent", { Period: 1 });
  await errors("silent", 1);
  expect(await stateOf("silent")).toBe("ALARM");
  const deadline = Date.now() + 60_000;
  while ((await stateOf("silent")) !== "OK" && Date.now() < deadline) await sleep(50);
  expect(await stateOf("silent")).toBe("OK");
});
