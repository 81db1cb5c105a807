import { expect, test } from "@jest/globals";
import type { CapacitySize, TrafficRoutingConfig } from "@aws-sdk/client-sagemaker";
import { shiftOf } from "../../../../local/sagemaker/endpoint/traffic-shift.ts";
import type { Valid } from "../../../../local/sagemaker/valid.ts";

type Routing = Valid<TrafficRoutingConfig>;

const count = (Value: number) => ({ Type: "INSTANCE_COUNT", Value }) as const;
const percent = (Value: number) => ({ Type: "CAPACITY_PERCENT", Value }) as const;
const allAtOnce: Routing = { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 7 };
const canary = (CanarySize?: Valid<CapacitySize>): Routing => ({
  Type: "CANARY",
  WaitIntervalInSeconds: 7,
  CanarySize,
});
const linear = (LinearStepSize?: Valid<CapacitySize>): Routing => ({
  Type: "LINEAR",
  WaitIntervalInSeconds: 7,
  LinearStepSize,
});

/** Instances that are on and seconds of each step, for one variant. */
function steps(instances: number, TrafficRoutingConfiguration: Routing, more = {}) {
  const BlueGreenUpdatePolicy = {
    TrafficRoutingConfiguration,
    TerminationWaitInSeconds: 9,
    ...more,
  } as never;
  const sizes = new Map([["AllTraffic", { instances, weight: 1 }]]);
  return shiftOf({ BlueGreenUpdatePolicy }, sizes).steps.map(({ active, bakeSeconds }) => [
    active.get("AllTraffic"),
    bakeSeconds,
  ]);
}

test.each([
  [4, allAtOnce, [[4, 9]]],
  [
    4,
    canary(count(1)),
    [
      [1, 7],
      [4, 9],
    ],
  ],
  [
    4,
    canary(percent(50)),
    [
      [2, 7],
      [4, 9],
    ],
  ],
  [
    3,
    canary(percent(50)),
    [
      [1, 7],
      [3, 9],
    ],
  ],
  [
    20,
    canary(percent(1)),
    [
      [1, 7],
      [20, 9],
    ],
  ],
  [
    3,
    linear(percent(33)),
    [
      [1, 7],
      [2, 7],
      [3, 9],
    ],
  ],
  [
    5,
    linear(count(2)),
    [
      [2, 7],
      [4, 7],
      [5, 9],
    ],
  ],
])("%d instances: %j", (instances, routing, expected) => {
  expect(steps(instances, routing)).toEqual(expected);
});

test.each([
  ["a canary of one instance", 1, canary(count(1)), "CanarySize must be at most 50%"],
  ["half of one instance", 1, canary(percent(50)), "50% of AllTraffic's 1 is not"],
  ["a canary over half", 3, canary(count(2)), "2 of AllTraffic's 3 is not"],
  ["a canary of 51%", 9, canary(percent(51)), "51% of AllTraffic's 9 is not"],
  ["a canary without its size", 2, canary(), "CanarySize is required"],
  ["a linear step under a tenth", 11, linear(count(1)), "LinearStepSize must be 10% to 50%"],
  ["a linear step over half", 4, linear(percent(60)), "60% of AllTraffic's 4 is not"],
  ["a linear step without its size", 2, linear(), "LinearStepSize is required"],
])("%s is refused", (_, instances, routing, why) => {
  expect(() => steps(instances, routing)).toThrow(why);
});

test("waits that the time limit does not hold are refused", () => {
  const limit = { MaximumExecutionTimeoutInSeconds: 600, TerminationWaitInSeconds: 600 };
  expect(() => steps(4, canary(count(1)), limit)).toThrow(
    "must be larger than the deployment's waits",
  );
});

test("without a policy all traffic goes over at once", () => {
  const sizes = new Map([["AllTraffic", { instances: 2, weight: 1 }]]);
  expect(shiftOf(undefined, sizes).steps).toMatchObject([{ kind: "full", bakeSeconds: 0 }]);
});
