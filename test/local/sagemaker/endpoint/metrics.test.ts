import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { type Dimension, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { createEndpoint, type Fixture, onInstances, startFixture, until } from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await createEndpoint(fixture, "measured", onInstances("measured", 2));
  const bodies = ["picture", "picture", "slow", "refuse", "fail", "crash"];
  for (const Body of bodies) {
    const request = new InvokeEndpointCommand({ EndpointName: "measured", Body });
    await fixture.runtime.send(request).catch(() => undefined);
  }
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** A metric's statistics over the last minutes, once all six requests are in it. */
async function statistics(MetricName: string, more: Dimension[] = []) {
  return until(async () => {
    const { Datapoints = [] } = await fixture.cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/SageMaker",
        MetricName,
        Dimensions: [
          { Name: "EndpointName", Value: "measured" },
          { Name: "VariantName", Value: "AllTraffic" },
          ...more,
        ],
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 86_400,
        Statistics: ["SampleCount", "Sum", "Maximum", "Minimum"],
      }),
    );
    const found = Datapoints.find(({ SampleCount }) => SampleCount === 6);
    return found && { ...found, Timestamp: undefined };
  });
}

test.each([
  ["Invocations", 6],
  ["InvocationsPerInstance", 3],
  ["Invocation4XXErrors", 1],
  ["Invocation5XXErrors", 2],
  ["InvocationModelErrors", 3],
])("%s of six requests sum up to %d", async (name, Sum) => {
  expect(await statistics(name)).toMatchObject({ Sum, Unit: "None" });
});

test("latencies are in microseconds: the model's, and what the service adds", async () => {
  const model = await statistics("ModelLatency");
  expect(model).toMatchObject({ Unit: "Microseconds" });
  expect(model.Maximum).toBeGreaterThanOrEqual(500_000);
  expect(model.Minimum).toBeLessThan(500_000);
  const overhead = await statistics("OverheadLatency");
  expect(overhead).toMatchObject({ Unit: "Microseconds" });
  expect(overhead.Sum).toBeGreaterThan(0);
});

test("the metrics are there for the configuration alone, too", async () => {
  const configuration = { Name: "EndpointConfigName", Value: "measured" };
  expect(await statistics("Invocations", [configuration])).toMatchObject({ Sum: 6 });
});

test("a CloudWatch that is away fails no request, and what is lost is said", async () => {
  const said = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const away = await startFixture({ cloudWatchEndpoint: "http://127.0.0.1:9" });
  try {
    await createEndpoint(away, "alone");
    const request = new InvokeEndpointCommand({ EndpointName: "alone", Body: "picture" });
    const { Body } = await away.runtime.send(request);
    expect(Body.transformToString()).toBe("[0.75,0.25]");
    await until(async () => said.mock.calls.some(([line]) => /could not be written/.test(line)));
  } finally {
    await away[Symbol.asyncDispose]();
    said.mockRestore();
  }
});
