import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Fixture, startFixture } from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function post(target: string, body: string) {
  const headers = { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" };
  const response = await fetch(fixture.endpoint, { method: "POST", headers, body });
  return { response, json: await response.json() };
}

test("an error names its type in the header and the body, under a request id", async () => {
  const { response, json } = await post("SageMaker.DescribeModel", '{"ModelName":"none"}');
  expect(response.status).toBe(400);
  expect(response.headers.get("x-amzn-errortype")).toBe("ValidationException");
  expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.1");
  expect(json).toEqual({
    __type: "ValidationException",
    message: 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/none".',
  });
});

test("times are answered as seconds since 1970, absent members not at all", async () => {
  await post("SageMaker.CreateModelPackageGroup", '{"ModelPackageGroupName":"g"}');
  const { json } = await post(
    "SageMaker.DescribeModelPackageGroup",
    '{"ModelPackageGroupName":"g"}',
  );
  const { CreationTime } = json as { CreationTime: number };
  expect(Math.abs(CreationTime - Date.now() / 1000)).toBeLessThan(60);
  expect(Object.values(json as object)).not.toContain(null);
});

test("what is no JSON, no operation or no path of the service is refused", async () => {
  expect((await post("SageMaker.ListModels", "{")).json).toMatchObject({
    __type: "SerializationException",
  });
  expect((await post("SageMaker.CreateAutoMLJob", "{}")).json).toMatchObject({
    __type: "UnknownOperationException",
  });
  expect((await post("SageMaker.toString", "{}")).response.status).toBe(400);
  expect((await fetch(fixture.endpoint)).status).toBe(404);
});

test("a port that is taken fails the start with its number", async () => {
  const port = Number(new URL(fixture.endpoint).port);
  await expect(startFixture({ port })).rejects.toThrow(String(port));
});
