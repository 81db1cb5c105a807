import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  DescribeEndpointCommand,
  UpdateEndpointCommand,
  type UpdateEndpointCommandInput,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import {
  createConfig,
  createEndpoint,
  createModel,
  type Fixture,
  onInstances,
  settled,
  startFixture,
  until,
} from "../fixture.ts";
import { startLoad } from "../endpoint/load.ts";

let fixture: Fixture;

beforeAll(async () => {
  const limits = { "ml.c5.large for endpoint usage": 2 };
  fixture = await startFixture({ minuteMs: 200, limits });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const targetOf = (endpoint: string) =>
  ({
    ServiceNamespace: "sagemaker",
    ResourceId: `endpoint/${endpoint}/variant/AllTraffic`,
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  }) as const;

const register = (endpoint: string, MinCapacity: number, MaxCapacity: number) =>
  fixture.autoscaling.send(
    new RegisterScalableTargetCommand({ ...targetOf(endpoint), MinCapacity, MaxCapacity }),
  );

const describe = (EndpointName: string) =>
  fixture.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));

/** Waits until an endpoint is in service on so many instances; answers the statuses seen. */
async function onCount(endpoint: string, count: number): Promise<Set<string | undefined>> {
  const statuses = new Set<string | undefined>();
  return until(async () => {
    const { EndpointStatus, ProductionVariants = [] } = await describe(endpoint);
    statuses.add(EndpointStatus);
    const [variant] = ProductionVariants;
    return EndpointStatus === "InService" && variant?.CurrentInstanceCount === count && statuses;
  });
}

async function activities(endpoint: string) {
  const { ServiceNamespace, ResourceId } = targetOf(endpoint);
  const query = new DescribeScalingActivitiesCommand({ ServiceNamespace, ResourceId });
  return (await fixture.autoscaling.send(query)).ScalingActivities ?? [];
}

const capacity = (EndpointName: string, DesiredInstanceCount: number, VariantName = "AllTraffic") =>
  fixture.sagemaker.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName,
      DesiredWeightsAndCapacities: [{ VariantName, DesiredInstanceCount }],
    }),
  );

test("instances grow under load, and fall to the minimum after it; no request fails", async () => {
  await createEndpoint(fixture, "loaded");
  await register("loaded", 1, 3);
  await fixture.autoscaling.send(
    new PutScalingPolicyCommand({
      ...targetOf("loaded"),
      PolicyName: "invocations",
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 2,
        ScaleInCooldown: 0,
        PredefinedMetricSpecification: {
          PredefinedMetricType: "SageMakerVariantInvocationsPerInstance",
        },
      },
    }),
  );
  const load = startLoad(fixture.runtime, "loaded");
  const statuses = await onCount("loaded", 3);
  expect([...statuses]).toEqual(["InService", "Updating"]);
  const trickle = startLoad(fixture.runtime, "loaded", { width: 1, pauseMs: 400 });
  const outcomes = await load.stop();
  await onCount("loaded", 1);
  outcomes.push(...(await trickle.stop()));
  expect(new Set(outcomes.map(({ answer }) => answer))).toEqual(new Set(["[0.75,0.25]"]));

  const resource = "endpoint/loaded/variant/AllTraffic";
  const [first, ...rest] = await until(async () => {
    const found = await activities("loaded");
    return found.every(({ StatusCode }) => StatusCode === "Successful") && found;
  });
  expect(first).toMatchObject({
    Description: "Setting desired instance count to 1.",
    Cause: `monitor alarm TargetTracking-${resource}-AlarmLow in state ALARM triggered policy invocations`,
    StatusMessage:
      "Successfully set desired instance count to 1. Change successfully fulfilled by sagemaker.",
  });
  expect(rest.at(-1)?.Cause).toContain("AlarmHigh in state ALARM");
});

test("a minimum above the instances is reached at once, and a maximum below them", async () => {
  await createEndpoint(fixture, "bounded");
  await register("bounded", 2, 4);
  expect(await describe("bounded")).toMatchObject({
    EndpointStatus: "Updating",
    ProductionVariants: [
      { VariantStatus: [{ StatusMessage: "Scaling out desired instance count to 2." }] },
    ],
  });
  await expect(capacity("bounded", 3)).rejects.toThrow("Cannot update in-progress endpoint");
  await onCount("bounded", 2);
  await register("bounded", 1, 1);
  await onCount("bounded", 1);
  expect((await activities("bounded")).map(({ Cause }) => Cause)).toEqual([
    "maximum capacity was set to 1",
    "minimum capacity was set to 2",
  ]);
});

test("nothing is scaled while an update runs; afterwards it is", async () => {
  await createEndpoint(fixture, "updated");
  await fixture.sagemaker.send(
    new UpdateEndpointCommand({
      EndpointName: "updated",
      EndpointConfigName: "updated",
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 },
          TerminationWaitInSeconds: 1,
        },
      },
    }),
  );
  await register("updated", 2, 2);
  const during = await until(async () => {
    const found = await describe("updated");
    const [variant] = found.PendingDeploymentSummary?.ProductionVariants ?? [];
    return variant?.VariantStatus?.[0]?.Status === "Baking" && found;
  });
  expect(during.ProductionVariants).toMatchObject([{ DesiredInstanceCount: 1 }]);
  expect(await activities("updated")).toEqual([]);
  await onCount("updated", 2);
});

test("an update takes the configuration's instances, or keeps those that there are", async () => {
  await createEndpoint(fixture, "kept");
  await capacity("kept", 2);
  await onCount("kept", 2);
  const update = (more: Partial<UpdateEndpointCommandInput>) =>
    fixture.sagemaker.send(
      new UpdateEndpointCommand({ EndpointName: "kept", EndpointConfigName: "kept", ...more }),
    );
  await update({ RetainAllVariantProperties: true });
  expect((await settled(fixture, "kept")).ProductionVariants).toMatchObject([
    { CurrentInstanceCount: 2 },
  ]);
  await update({});
  expect((await settled(fixture, "kept")).ProductionVariants).toMatchObject([
    { CurrentInstanceCount: 1 },
  ]);
});

test("capacities of no variant, of none and over the quota are refused", async () => {
  const InstanceType = "ml.c5.large";
  await createEndpoint(fixture, "refused", onInstances("refused", 1, { InstanceType }));
  await expect(capacity("refused", 1, "Other")).rejects.toThrow("has no variant Other");
  await expect(capacity("refused", 0)).rejects.toThrow("needs at least one");
  await expect(capacity("refused", 3)).rejects.toMatchObject({ name: "ResourceLimitExceeded" });
  await register("refused", 3, 3);
  const [activity] = await until(async () => {
    const found = await activities("refused");
    return found.some(({ StatusCode }) => StatusCode === "Failed") && found;
  });
  expect(activity?.StatusMessage).toContain("Failed to set desired instance count to 3. Reason:");
  expect(await describe("refused")).toMatchObject({ EndpointStatus: "InService" });
});

test("an update may not change the type of instance under a scalable target", async () => {
  await createEndpoint(fixture, "typed");
  await createModel(fixture, "typed-2");
  const InstanceType = "ml.m5.xlarge";
  await createConfig(fixture, "typed-2", onInstances("typed-2", 1, { InstanceType }));
  await register("typed", 1, 2);
  const names = { EndpointName: "typed", EndpointConfigName: "typed-2" };
  await expect(fixture.sagemaker.send(new UpdateEndpointCommand(names))).rejects.toThrow(
    'The variant(s) ["AllTraffic"] must be deregistered as scalable targets',
  );
});
