import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DeleteEndpointCommand } from "@aws-sdk/client-sagemaker";
import { createEndpoint, type Fixture, startFixture } from "../fixture.ts";

let fixture: Fixture;

const target = (endpoint: string) =>
  ({
    ServiceNamespace: "sagemaker",
    ResourceId: `endpoint/${endpoint}/variant/AllTraffic`,
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  }) as const;

beforeAll(async () => {
  fixture = await startFixture();
  await createEndpoint(fixture, "scaled");
});
afterAll(() => fixture[Symbol.asyncDispose]());

const register = (endpoint: string, capacity = {}) =>
  fixture.autoscaling.send(new RegisterScalableTargetCommand({ ...target(endpoint), ...capacity }));

const putPolicy = (TargetValue: number) =>
  fixture.autoscaling.send(
    new PutScalingPolicyCommand({
      ...target("scaled"),
      PolicyName: "invocations",
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue,
        PredefinedMetricSpecification: {
          PredefinedMetricType: "SageMakerVariantInvocationsPerInstance",
        },
      },
    }),
  );

async function policies() {
  const query = new DescribeScalingPoliciesCommand({ ServiceNamespace: "sagemaker" });
  return (await fixture.autoscaling.send(query)).ScalingPolicies ?? [];
}

async function targets() {
  const query = new DescribeScalableTargetsCommand({ ServiceNamespace: "sagemaker" });
  return (await fixture.autoscaling.send(query)).ScalableTargets ?? [];
}

test("a policy needs a scalable target", async () => {
  await expect(putPolicy(1000)).rejects.toMatchObject({
    name: "ObjectNotFoundException",
    message: expect.stringContaining("No scalable target found for service namespace: sagemaker"),
  });
});

test("a target is registered once and changed afterwards, and its policy is replaced by name", async () => {
  const first = await register("scaled", { MinCapacity: 1, MaxCapacity: 4 });
  const second = await register("scaled", { MaxCapacity: 8 });
  expect(second.ScalableTargetARN).toBe(first.ScalableTargetARN);
  expect(await targets()).toMatchObject([{ MinCapacity: 1, MaxCapacity: 8 }]);
  const { PolicyARN } = await putPolicy(1000);
  expect((await putPolicy(500)).PolicyARN).toBe(PolicyARN);
  expect(await policies()).toMatchObject([
    { PolicyARN, TargetTrackingScalingPolicyConfiguration: { TargetValue: 500 } },
  ]);
});

test("a target of no endpoint, and one with more at least than at most, are refused", async () => {
  const capacity = { MinCapacity: 1, MaxCapacity: 4 };
  const refused = expect.objectContaining({ name: "ValidationException" });
  await expect(register("absent", capacity)).rejects.toEqual(refused);
  await expect(register("scaled", { MinCapacity: 9, MaxCapacity: 4 })).rejects.toEqual(refused);
});

test("deregistering a target takes its policies, and can't be done twice", async () => {
  await register("scaled", { MinCapacity: 1, MaxCapacity: 4 });
  await putPolicy(1000);
  const deregister = () =>
    fixture.autoscaling.send(new DeregisterScalableTargetCommand(target("scaled")));
  await deregister();
  expect(await policies()).toEqual([]);
  await expect(deregister()).rejects.toMatchObject({ name: "ObjectNotFoundException" });
  const policy = { ...target("scaled"), PolicyName: "invocations" };
  await expect(
    fixture.autoscaling.send(new DeleteScalingPolicyCommand(policy)),
  ).rejects.toMatchObject({
    name: "ObjectNotFoundException",
  });
});

test("deleting an endpoint takes its scalable targets", async () => {
  await register("scaled", { MinCapacity: 1, MaxCapacity: 4 });
  await fixture.sagemaker.send(new DeleteEndpointCommand({ EndpointName: "scaled" }));
  expect(await targets()).toEqual([]);
});
