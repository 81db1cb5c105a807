import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { createEndpoint, type Fixture, onInstances, startFixture, until } from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function ask(EndpointName: string, Body: string): Promise<string> {
  const answer = await fixture.runtime.send(new InvokeEndpointCommand({ EndpointName, Body }));
  return answer.Body.transformToString();
}

/** The processes that answer requests, until `count` of them were seen. */
async function processes(endpoint: string, count: number): Promise<Set<string>> {
  const seen = new Set<string>();
  return until(async () => {
    seen.add(await ask(endpoint, "who"));
    return seen.size >= count && seen;
  });
}

test("a variant on three instances is three processes, and requests reach each", async () => {
  const endpoint = await createEndpoint(fixture, "three", onInstances("three", 3));
  expect(endpoint.ProductionVariants).toMatchObject([
    { CurrentInstanceCount: 3, DesiredInstanceCount: 3 },
  ]);
  const answers = await Promise.all(Array.from({ length: 60 }, () => ask("three", "who")));
  expect(new Set(answers).size).toBe(3);
});

test("a process that crashes is started anew; only the request that it had fails", async () => {
  await createEndpoint(fixture, "crashes", onInstances("crashes", 2));
  const before = await processes("crashes", 2);
  await expect(ask("crashes", "crash")).rejects.toMatchObject({
    name: "ServiceUnavailable",
    $metadata: { httpStatusCode: 503 },
  });
  const after = new Set<string>();
  await until(async () => {
    after.add(await ask("crashes", "who"));
    return [...after].some((id) => !before.has(id));
  });
  expect([...after].filter((id) => before.has(id))).toHaveLength(1);
});

test("an endpoint whose only process crashed is unavailable until it is up again", async () => {
  await createEndpoint(fixture, "alone");
  const [before] = await processes("alone", 1);
  await expect(ask("alone", "crash")).rejects.toMatchObject({ name: "ServiceUnavailable" });
  await expect(ask("alone", "who")).rejects.toMatchObject({
    message: expect.stringMatching(/does not answer|its container is starting again/),
  });
  const after = await until(() => ask("alone", "who").catch(() => undefined));
  expect(after).not.toBe(before);
  const { EndpointStatus } = await fixture.sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: "alone" }),
  );
  expect(EndpointStatus).toBe("InService");
});
