import { expect, test } from "@jest/globals";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import { trafficShift } from "../../../pipeline/endpoint/deployment-config.ts";

type Strategy = Config["endpoint"]["deployment"]["strategy"];

const shiftOf = (
  strategy: Strategy,
  instances: number,
  { stepPercent = 20, alarms = ["a", "b"], maxWaitMinutes = 90 } = {},
) => {
  const deployment = { strategy, stepPercent, bakeSeconds: 120, terminationWaitSeconds: 60 };
  const { endpoint } = parseConfig(JSON.stringify({ endpoint: { deployment, maxWaitMinutes } }));
  return trafficShift(endpoint, instances, alarms);
};

test.each<[Strategy, number, number, string, number | undefined]>([
  ["canary", 1, 20, "ALL_AT_ONCE", undefined],
  ["linear", 1, 50, "ALL_AT_ONCE", undefined],
  ["all-at-once", 10, 20, "ALL_AT_ONCE", undefined],
  ["canary", 2, 10, "CANARY", 1],
  ["canary", 3, 50, "CANARY", 1],
  ["canary", 4, 50, "CANARY", 2],
  ["canary", 10, 20, "CANARY", 2],
  ["canary", 15, 10, "CANARY", 2],
  ["linear", 2, 50, "LINEAR", 1],
  ["linear", 15, 10, "LINEAR", 2],
  ["linear", 40, 25, "LINEAR", 10],
])("%s on %i instances by %i%% is %s of %s", (strategy, instances, stepPercent, Type, Value) => {
  const { deploymentConfig } = shiftOf(strategy, instances, { stepPercent });
  const size = { Type: "INSTANCE_COUNT", Value };
  expect(deploymentConfig).toEqual({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        Type,
        WaitIntervalInSeconds: Type === "ALL_AT_ONCE" ? 0 : 120,
        ...(Type === "CANARY" && { CanarySize: size }),
        ...(Type === "LINEAR" && { LinearStepSize: size }),
      },
      TerminationWaitInSeconds: 60,
      MaximumExecutionTimeoutInSeconds: 5400,
    },
    AutoRollbackConfiguration: { Alarms: [{ AlarmName: "a" }, { AlarmName: "b" }] },
  });
});

test("a step is 10% to 50% of any fleet of two or more, as the API demands", () => {
  for (let instances = 2; instances <= 100; instances++) {
    for (const stepPercent of [10, 33, 50]) {
      const { deploymentConfig } = shiftOf("linear", instances, { stepPercent });
      const routing = deploymentConfig.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration;
      const share = (routing?.LinearStepSize?.Value ?? 0) / instances;
      expect(share).toBeGreaterThanOrEqual(0.1);
      expect(share).toBeLessThanOrEqual(0.5);
    }
  }
});

test("without an alarm nothing can be rolled back: all at once, and no waiting", () => {
  const { deploymentConfig, line } = shiftOf("canary", 4, { alarms: [] });
  expect(deploymentConfig).not.toHaveProperty("AutoRollbackConfiguration");
  expect(deploymentConfig.BlueGreenUpdatePolicy).toMatchObject({
    TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 },
    TerminationWaitInSeconds: 0,
  });
  expect(line).toBe("traffic moves all at once: no alarm could roll it back");
});

test("what moves how, and which alarms watch it, is one line", () => {
  expect(shiftOf("canary", 1).line).toBe(
    "traffic moves all at once, as the fleet has one instance, watched by a, b",
  );
  expect(shiftOf("canary", 4).line).toBe(
    "traffic moves to 1 of 4 instances and 120 s later to the rest, watched by a, b",
  );
  expect(shiftOf("linear", 10).line).toBe(
    "traffic moves by 2 of 10 instances every 120 s, watched by a, b",
  );
});

test.each([
  [16, 960],
  [30, 1800],
  [480, 28_800],
])("a wait of %i minutes lets the deployment take %i s", (minutes, s) => {
  const { deploymentConfig } = shiftOf("canary", 4, { maxWaitMinutes: minutes });
  expect(deploymentConfig.BlueGreenUpdatePolicy?.MaximumExecutionTimeoutInSeconds).toBe(s);
});
