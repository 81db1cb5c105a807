import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  type Dimension,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  type DeploymentConfig,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import {
  createConfig,
  createEndpoint,
  createModel,
  type FakeModel,
  type Fixture,
  onInstances,
  settled,
  startFixture,
  until,
} from "../fixture.ts";
import { startLoad } from "./load.ts";

const old = "[0.75,0.25]";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** A serving endpoint of a name, and a second configuration `<name>-2` over another model. */
async function prepare(name: string, instances: number, next: FakeModel): Promise<void> {
  await createEndpoint(fixture, name, onInstances(name, instances));
  await createModel(fixture, `${name}-2`, next);
  await createConfig(fixture, `${name}-2`, onInstances(`${name}-2`, instances));
}

/** An alarm on a metric of an endpoint; answers the configuration that rolls back by it. */
async function alarmOn(
  EndpointName: string,
  alarm: { MetricName: string; Statistic: "Sum" | "Average"; Threshold: number },
  more: Dimension[] = [],
): Promise<Pick<DeploymentConfig, "AutoRollbackConfiguration">> {
  const AlarmName = `${EndpointName}-${alarm.MetricName}`;
  await fixture.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: "AWS/SageMaker",
      ...alarm,
      Dimensions: [
        { Name: "EndpointName", Value: EndpointName },
        { Name: "VariantName", Value: "AllTraffic" },
        ...more,
      ],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
    }),
  );
  return { AutoRollbackConfiguration: { Alarms: [{ AlarmName }] } };
}

const update = (EndpointName: string, DeploymentConfig: DeploymentConfig) =>
  fixture.sagemaker.send(
    new UpdateEndpointCommand({
      EndpointName,
      EndpointConfigName: `${EndpointName}-2`,
      DeploymentConfig,
    }),
  );

const describe = (EndpointName: string) =>
  fixture.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));

const canary = {
  Type: "CANARY",
  CanarySize: { Type: "INSTANCE_COUNT", Value: 1 },
  WaitIntervalInSeconds: 60,
} as const;

test("a bad model under load is rolled back by its 5XX alarm; only what reached it failed", async () => {
  await prepare("bad", 2, { answer: [0, 1], status: 500, delayMs: 200 });
  const rollback = await alarmOn("bad", {
    MetricName: "Invocation5XXErrors",
    Statistic: "Sum",
    Threshold: 2,
  });
  const load = startLoad(fixture.runtime, "bad");
  await update("bad", {
    BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: canary },
    ...rollback,
  });
  const statuses = new Set<string | undefined>();
  const stages = new Set<string | undefined>();
  const after = await until(async () => {
    const found = await describe("bad");
    statuses.add(found.EndpointStatus);
    const [variant] = found.PendingDeploymentSummary?.ProductionVariants ?? [];
    stages.add(variant?.VariantStatus?.[0]?.StatusMessage);
    return found.EndpointStatus === "InService" && found;
  });
  const during = await load.stop();
  expect(after).toMatchObject({
    EndpointConfigName: "bad",
    FailureReason: expect.stringContaining("alarm(s) bad-Invocation5XXErrors of its auto-rollback"),
    ProductionVariants: [{ CurrentInstanceCount: 2, DesiredInstanceCount: 2 }],
    LastDeploymentConfig: rollback,
  });
  expect(after.PendingDeploymentSummary).toBeUndefined();
  expect([...statuses]).toEqual(["Updating", "RollingBack", "InService"]);
  expect([...stages]).toContain(
    "Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s).",
  );
  const failed = during.flatMap(({ error }) => error ?? []);
  expect(failed.length).toBeGreaterThan(2);
  for (const error of failed) expect(error).toContain('from primary with message "[0,1]"');
  expect(during.length).toBeGreaterThan(failed.length);

  const again = startLoad(fixture.runtime, "bad");
  for (let asked = 0; asked < 5; asked++) await describe("bad");
  expect(new Set((await again.stop()).map(({ answer }) => answer))).toEqual(new Set([old]));
});

test("linear: the new model takes over step by step, and no request fails", async () => {
  await prepare("steps", 3, { answer: [0.5, 0.5] });
  let active: number | undefined = 0;
  const load = startLoad(fixture.runtime, "steps", { label: () => `${active}` });
  await update("steps", {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        Type: "LINEAR",
        LinearStepSize: { Type: "CAPACITY_PERCENT", Value: 34 },
        WaitIntervalInSeconds: 1,
      },
      TerminationWaitInSeconds: 1,
    },
    ...(await alarmOn("steps", {
      MetricName: "Invocation5XXErrors",
      Statistic: "Sum",
      Threshold: 0,
    })),
  });
  const shown = new Set<number | undefined>();
  const after = await until(async () => {
    const found = await describe("steps");
    const [variant] = found.PendingDeploymentSummary?.ProductionVariants ?? [];
    if (variant !== undefined) shown.add((active = variant.CurrentInstanceCount));
    return found.EndpointStatus === "InService" && found;
  });
  const outcomes = await load.stop();
  expect(after).toMatchObject({ EndpointConfigName: "steps-2" });
  expect(after.FailureReason).toBeUndefined();
  expect([...shown]).toEqual([0, 1, 2, 3]);
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
  const answers = (...labels: string[]) =>
    new Set(outcomes.flatMap(({ label, answer }) => (labels.includes(label) ? answer : [])));
  expect(answers("1", "2")).toEqual(new Set([old, "[0.5,0.5]"]));
  expect(answers("3")).toEqual(new Set(["[0.5,0.5]"]));
});

test("all at once: an alarm on the new fleet alone takes all traffic back in the termination wait", async () => {
  await prepare("slow", 1, { answer: [0, 1], delayMs: 300 });
  const load = startLoad(fixture.runtime, "slow");
  await update("slow", {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 },
      TerminationWaitInSeconds: 60,
    },
    ...(await alarmOn(
      "slow",
      { MetricName: "ModelLatency", Statistic: "Average", Threshold: 100_000 },
      [{ Name: "EndpointConfigName", Value: "slow-2" }],
    )),
  });
  await until(async () => (await describe("slow")).EndpointStatus === "RollingBack");
  const after = await settled(fixture, "slow");
  const outcomes = await load.stop();
  expect(after).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "slow" });
  expect(new Set(outcomes.map(({ answer }) => answer))).toEqual(new Set([old, "[0,1]"]));
});

test("an alarm that rings before the update begins ends it at its first look", async () => {
  await prepare("rings", 2, { answer: [0, 1] });
  const rollback = await alarmOn("rings", {
    MetricName: "Invocation4XXErrors",
    Statistic: "Sum",
    Threshold: 0,
  });
  const AlarmName = "rings-Invocation4XXErrors";
  await fixture.cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "a test" }),
  );
  await update("rings", {
    BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: canary },
    ...rollback,
  });
  expect(await settled(fixture, "rings")).toMatchObject({
    EndpointConfigName: "rings",
    FailureReason: expect.stringContaining(AlarmName),
  });
});

test("an alarm that does not exist, and a rolling update, are refused before anything begins", async () => {
  await prepare("refused", 2, { answer: [0, 1] });
  const AutoRollbackConfiguration = { Alarms: [{ AlarmName: "absent" }] };
  await expect(update("refused", { AutoRollbackConfiguration })).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining("There is no alarm absent."),
  });
  const MaximumBatchSize = { Type: "INSTANCE_COUNT", Value: 1 } as const;
  const RollingUpdatePolicy = { MaximumBatchSize, WaitIntervalInSeconds: 0 };
  await expect(update("refused", { RollingUpdatePolicy })).rejects.toMatchObject({
    message: expect.stringContaining("updates blue/green only"),
  });
  expect(await describe("refused")).toMatchObject({ EndpointStatus: "InService" });
});

test("an update that bakes for an hour does not keep the server from closing", async () => {
  await update("refused", {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { ...canary, WaitIntervalInSeconds: 3600 },
    },
  });
  await until(async () => {
    const { PendingDeploymentSummary } = await describe("refused");
    return PendingDeploymentSummary?.ProductionVariants?.[0]?.CurrentInstanceCount === 1;
  });
  await fixture.close();
  await expect(describe("refused")).rejects.toThrow("ECONNREFUSED");
});
