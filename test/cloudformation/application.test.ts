import {
  DescribeAlarmsCommand,
  GetDashboardCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../pipeline/config.ts";
import { rollbackAlarms } from "../../pipeline/endpoint/rollback-alarms.ts";
import { deployStack, type DeployedApplication } from "../../pipeline/steps/deploy-stack.ts";
import { bucket, openStand, type Stand } from "../pipeline/stand.ts";

const config = parseConfig("environment: test");

let stand: Stand;
let application: DeployedApplication;

beforeAll(async () => {
  stand = await openStand();
  const input = { endpointName: "scones-test", bucket, pollIntervalMs: 50 };
  application = await deployStack(stand.context, config, input);
});

afterAll(async () => stand[Symbol.asyncDispose]());

test("an update of the endpoint is watched by the stack's alarms, p99 of the latency among them", async () => {
  const { stackName, alarmNames } = application;
  expect(await rollbackAlarms(stand.context, config)).toEqual(
    ["4xx-errors", "5xx-errors", "model-latency"].map((suffix) => `${stackName}-${suffix}`),
  );
  const { cloudwatch } = stand.context.clients;
  const Dimensions = [
    { Name: "EndpointName", Value: "scones-test" },
    { Name: "VariantName", Value: "AllTraffic" },
  ];
  const slow = { MetricName: "ModelLatency", Values: [20_000, 1_000_001], Counts: [98, 2] };
  for (const Timestamp of [new Date(), new Date(Date.now() - 70_000)]) {
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: "AWS/SageMaker",
        MetricData: [{ ...slow, Dimensions, Timestamp }],
      }),
    );
  }
  const { MetricAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [...alarmNames] }),
  );
  expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(alarmNames.toSorted());
  expect(MetricAlarms.filter(({ StateValue }) => StateValue === "ALARM")).toMatchObject([
    { AlarmName: `${stackName}-model-latency`, AlarmActions: [application.topicArn] },
  ]);
});

test("the API's 5XX answers and the throttles of the first function are watched", async () => {
  const { stackName, apiUrl } = application;
  const names = ["api-5xx-errors", "serialize-throttles"].map((suffix) => `${stackName}-${suffix}`);
  const { cloudwatch } = stand.context.clients;
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: names }));
  const [, apiId] = /\/\/(\w+)\./.exec(apiUrl) ?? [];
  expect(MetricAlarms).toMatchObject([
    { Dimensions: [{ Name: "ApiId", Value: apiId }], AlarmActions: [application.topicArn] },
    { Dimensions: [{ Name: "FunctionName", Value: `${stackName}-serialize` }] },
  ]);
});

test("the dashboard shows the endpoint and what it costs", async () => {
  const { DashboardBody = "" } = await stand.context.clients.cloudwatch.send(
    new GetDashboardCommand({ DashboardName: application.dashboardName }),
  );
  const { widgets } = JSON.parse(DashboardBody) as { widgets: { type: string }[] };
  expect(widgets.filter(({ type }) => type === "metric")).toHaveLength(8);
  expect(DashboardBody).toContain("Endpoint: $0.23/h, $5.52 a day (1 x ml.m5.xlarge, ");
  expect(DashboardBody).toContain("PR(:0.93)");
  const functions = ["serialize", "classify", "filter", "api", "collect"];
  for (const suffix of functions) {
    expect(DashboardBody).toContain(`"FunctionName", "${application.stackName}-${suffix}"`);
  }
  expect(DashboardBody).toContain(`Alarms: $0.${application.alarmNames.length}0 a month`);
});
