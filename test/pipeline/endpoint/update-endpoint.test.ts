import { afterEach, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { type Endpoint, ROLLBACK_MINUTES } from "../../../pipeline/endpoint/endpoint.ts";
import { type EndpointUpdate, updateEndpoint } from "../../../pipeline/endpoint/update-endpoint.ts";
import { type Answer, contextAnswering } from "../answering.ts";

const config = parseConfig("environment: test");
const update: EndpointUpdate = {
  endpointName: "scones-test",
  endpointConfigName: "new",
  plan: () => ({
    keepInstances: false,
    deploymentConfig: { AutoRollbackConfiguration: { Alarms: [{ AlarmName: "errors" }] } },
  }),
  pollIntervalMs: 1,
};
const former = {
  EndpointName: "scones-test",
  EndpointStatus: "InService",
  EndpointConfigName: "former",
};
const updating = { EndpointStatus: "Updating", EndpointConfigName: "former" };
const pending = (EndpointConfigName: string) => ({
  ...updating,
  PendingDeploymentSummary: { EndpointConfigName },
});

/** An AWS whose endpoint is, look by look, what `looks` say, the last of them for ever. */
function awsWhere(looks: readonly object[], special: Readonly<Record<string, () => unknown>> = {}) {
  const asked: string[] = [];
  const lines: string[] = [];
  let look = 0;
  const answer: Answer = (operation, { EndpointConfigName }) => {
    asked.push(operation);
    const answerOf = special[operation];
    if (answerOf !== undefined) return answerOf();
    if (operation === "DescribeEndpoint") return looks[Math.min(look++, looks.length - 1)];
    if (operation === "DescribeEndpointConfig") {
      return { ProductionVariants: [{ ModelName: `model-${String(EndpointConfigName)}` }] };
    }
    return operation === "DescribeScalableTargets" ? { ScalableTargets: [{}] } : {};
  };
  const context = contextAnswering(answer);
  open.push(context);
  const progress = { line: (text: string) => lines.push(text), count: () => undefined };
  return {
    context: { ...context, progress } satisfies Context,
    asked,
    lines,
    calls: (...names: string[]) => asked.filter((name) => names.includes(name)),
  };
}

const open: Disposable[] = [];
afterEach(() => {
  for (const context of open.splice(0)) context[Symbol.dispose]();
});

const refuse = (message: string) => () => {
  throw Object.assign(new Error(message), { name: "ValidationException" });
};
const scaling = ["DeregisterScalableTarget", "UpdateEndpoint", "RegisterScalableTarget"];

test("scaling is deregistered before the update and registered after it", async () => {
  const served = { EndpointStatus: "InService", EndpointConfigName: "new" };
  const aws = awsWhere([former, former, updating, updating, served]);
  const moments = await updateEndpoint(aws.context, config, update);
  expect(aws.calls(...scaling)).toEqual(scaling);
  expect(moments.map(({ when, status, modelName }) => [when, status, modelName])).toEqual([
    ["before", "InService", "model-former"],
    ["during", "Updating", "model-former"],
    ["after", "InService", "model-new"],
  ]);
});

test("an update waits for the scaling that began before it, and is planned by what that left", async () => {
  const scaled = { ...former, ProductionVariants: [{ DesiredInstanceCount: 3 }] };
  const served = { EndpointStatus: "InService", EndpointConfigName: "new" };
  const aws = awsWhere([former, updating, scaled, updating, served]);
  const found: Endpoint[] = [];
  const plan = (endpoint: Endpoint) => {
    found.push(endpoint);
    return { keepInstances: true, deploymentConfig: {} };
  };
  await updateEndpoint(aws.context, config, { ...update, plan });
  expect(found).toEqual([scaled]);
  expect(aws.calls(...scaling)).toEqual(scaling);
});

test("an update that a scaling activity keeps from beginning leaves the endpoint scaled", async () => {
  const aws = awsWhere([former, former, updating, updating, former], {
    UpdateEndpoint: refuse('Cannot update in-progress endpoint "scones-test".'),
  });
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    /^Endpoint scones-test was not updated: Cannot update in-progress endpoint "scones-test".$/,
  );
  expect(aws.calls(...scaling)).toEqual(scaling);
});

test("an endpoint that does not come to rest is said to be without scaling", async () => {
  const failed = { EndpointStatus: "Failed", EndpointConfigName: "former" };
  const aws = awsWhere([former, failed]);
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    /is Failed: [^]*\nIts scaling is off: deploy-endpoint, run again, registers it\.$/,
  );
  expect(aws.calls(...scaling)).toEqual(["DeregisterScalableTarget"]);
});

test("an update is not made over one of another run that came between", async () => {
  const aws = awsWhere([former, { ...former, EndpointConfigName: "another" }]);
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    "Endpoint scones-test was not updated: Endpoint scones-test serves another: another run updated it meanwhile.",
  );
  expect(aws.calls(...scaling)).toEqual(["DeregisterScalableTarget", "RegisterScalableTarget"]);
});

test("an update that SageMaker refuses leaves the endpoint scaled", async () => {
  const aws = awsWhere([former], { UpdateEndpoint: refuse("no quota") });
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    "Endpoint scones-test was not updated: no quota",
  );
  expect(aws.calls(...scaling)).toEqual(scaling);
});

test("an update that was taken although its answer was lost is followed", async () => {
  const served = { EndpointStatus: "InService", EndpointConfigName: "new" };
  const aws = awsWhere([former, former, pending("new"), pending("new"), served], {
    UpdateEndpoint: refuse('Cannot update in-progress endpoint "scones-test".'),
  });
  await expect(updateEndpoint(aws.context, config, update)).resolves.toHaveLength(3);
  expect(aws.calls(...scaling)).toEqual(scaling);
});

test("an update while another runs fails, and leaves the other its scaling", async () => {
  const aws = awsWhere([former, former, pending("another")], {
    UpdateEndpoint: refuse('Cannot update in-progress endpoint "scones-test".'),
  });
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    'Endpoint scones-test was not updated: Cannot update in-progress endpoint "scones-test".',
  );
  expect(aws.calls("RegisterScalableTarget")).toEqual([]);
});

test("an update that another run overtook is not said to be rolled back", async () => {
  const aws = awsWhere([former, former, updating, { ...former, EndpointConfigName: "another" }]);
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    "Endpoint scones-test is InService with another, not with new: another run updated it meanwhile.",
  );
});

test("a roll-back names the alarm that stands behind it, also without a FailureReason", async () => {
  const rollingBack = { ...updating, EndpointStatus: "RollingBack" };
  const aws = awsWhere([former, former, updating, rollingBack, former], {
    DescribeAlarms: () => ({
      MetricAlarms: [{ AlarmName: "errors", StateValue: "ALARM", StateReason: "0.4 > 0.05" }],
    }),
  });
  const failed = updateEndpoint(aws.context, config, update);
  const said = await failed.then(
    () => "",
    (error: Error) => error.message,
  );
  expect(said.split("\n")).toEqual([
    "Endpoint scones-test is InService with former, not with new: the update was rolled back (no reason given). In ALARM: errors (0.4 > 0.05). The former model still serves.",
    expect.stringMatching(/^before: InService with former of model-former, /),
    expect.stringMatching(/^during: Updating with former of model-former, /),
    expect.stringMatching(/^after: InService with former of model-former, /),
  ]);
  expect(aws.lines).toContain("endpoint scones-test is RollingBack");
  expect(aws.calls(...scaling)).toEqual(scaling);
});

test("a scaling that can't be registered does not hide the roll-back", async () => {
  const aws = awsWhere([former, former, updating, former], {
    RegisterScalableTarget: refuse("too many targets"),
  });
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    /the update was rolled back[^]+its scaling could not be registered: too many targets/,
  );
});

test("a roll-back that fails stops the step, with nothing deleted or scaled", async () => {
  const stuck = { EndpointStatus: "UpdateRollbackFailed", FailureReason: "no capacity" };
  const aws = awsWhere([former, former, updating, stuck]);
  await expect(updateEndpoint(aws.context, config, update)).rejects.toThrow(
    /scones-test is UpdateRollbackFailed: no capacity\. .* Nothing was deleted\.$/,
  );
  expect(aws.asked.filter((name) => /^Delete.*Endpoint|^Register/.test(name))).toEqual([]);
});

test("an update that outlasts the wait stays without scaling, and that is said", async () => {
  const aws = awsWhere([former, former, updating]);
  const endpoint = { ...config.endpoint, maxWaitMinutes: -ROLLBACK_MINUTES };
  await expect(updateEndpoint(aws.context, { ...config, endpoint }, update)).rejects.toThrow(
    "Endpoint scones-test did not finish within 0 s. It goes on: run the step again.",
  );
  expect(aws.calls("RegisterScalableTarget")).toEqual([]);
  expect(aws.lines.at(-1)).toBe(
    "scaling of scones-test is off while it is updated: deploy-endpoint, run again, registers it",
  );
});

test("an update that AWS gave up after the configured wait is seen to roll back", async () => {
  const aws = awsWhere([former, former, updating, updating, former]);
  const endpoint = { ...config.endpoint, maxWaitMinutes: 0 };
  await expect(updateEndpoint(aws.context, { ...config, endpoint }, update)).rejects.toThrow(
    "the update was rolled back",
  );
});

test("a run that is cancelled before the update leaves the endpoint scaled", async () => {
  const cancel = new AbortController();
  const aws = awsWhere([former], {
    DeregisterScalableTarget: () => {
      cancel.abort(new Error("cancelled"));
      return {};
    },
  });
  const context = { ...aws.context, signal: cancel.signal };
  await expect(updateEndpoint(context, config, update)).rejects.toThrow("cancelled");
  expect(aws.calls(...scaling)).toEqual(["DeregisterScalableTarget", "RegisterScalableTarget"]);
});
