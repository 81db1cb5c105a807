import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import {
  bucket,
  createModel,
  type Fixture,
  get,
  keys,
  put,
  startFixture,
  until,
} from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await createModel(fixture, "classifier");
});
afterAll(() => fixture[Symbol.asyncDispose]());

function job(
  TransformJobName: string,
  changes: Partial<CreateTransformJobCommandInput> = {},
): CreateTransformJobCommandInput {
  const S3Uri = `s3://${bucket}/${TransformJobName}/in/`;
  return {
    TransformJobName,
    ModelName: "classifier",
    MaxConcurrentTransforms: 4,
    MaxPayloadInMB: 6,
    BatchStrategy: "SingleRecord",
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri } },
      ContentType: "image/png",
      SplitType: "None",
    },
    TransformOutput: { S3OutputPath: `s3://${bucket}/${TransformJobName}/out` },
    TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
    ...changes,
  };
}

const describe = (TransformJobName: string) =>
  fixture.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));

const create = (request: CreateTransformJobCommandInput) =>
  fixture.sagemaker.send(new CreateTransformJobCommand(request));

async function transform(request: CreateTransformJobCommandInput) {
  await create(request);
  return until(async () => {
    const found = await describe(request.TransformJobName ?? "");
    return found.TransformEndTime !== undefined && found;
  });
}

test("every object gets its prediction beside its own name", async () => {
  await put(fixture, "all/in/a.png", "a");
  await put(fixture, "all/in/deep/b.png", "b");
  expect(await transform(job("all"))).toMatchObject({ TransformJobStatus: "Completed" });
  expect(await keys(fixture, "all/out/")).toEqual(["all/out/a.png.out", "all/out/deep/b.png.out"]);
  expect((await get(fixture, "all/out/a.png.out")).toString()).toBe('{"prediction":[0.75,0.25]}');
});

test("a refused object has no output, and the job fails after the others", async () => {
  await put(fixture, "one/in/a.png", "refuse");
  await put(fixture, "one/in/b.png", "b");
  expect(await transform(job("one"))).toMatchObject({
    TransformJobStatus: "Failed",
    FailureReason: "ClientError: See job logs for more information",
  });
  expect(await keys(fixture, "one/out/")).toEqual(["one/out/b.png.out"]);
});

test("an object over MaxPayloadInMB fails", async () => {
  await put(fixture, "big/in/a.png", "x".repeat(1_048_577));
  expect(await transform(job("big", { MaxPayloadInMB: 1 }))).toMatchObject({
    TransformJobStatus: "Failed",
  });
});

test("a prefix without objects fails the job", async () => {
  expect((await transform(job("empty"))).FailureReason).toContain(
    "No S3 objects found under S3 URL",
  );
});

test("a stopped transform job stops", async () => {
  await Promise.all(Array.from({ length: 30 }, (_, i) => put(fixture, `stop/in/${i}`, "slow")));
  const request = job("stop", { MaxConcurrentTransforms: 1 });
  await create(request);
  await until(async () => (await keys(fixture, "stop/out/")).length > 0);
  await fixture.sagemaker.send(new StopTransformJobCommand({ TransformJobName: "stop" }));
  await until(async () => (await describe("stop")).TransformJobStatus === "Stopped");
  expect((await keys(fixture, "stop/out/")).length).toBeLessThan(30);
});

test("a transform job that AWS refuses is refused", async () => {
  await expect(create(job("all"))).rejects.toMatchObject({ name: "ResourceInUse" });
  await expect(create(job("none", { ModelName: "none" }))).rejects.toMatchObject({
    message: 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/none".',
  });
  await expect(create(job("wide", { MaxConcurrentTransforms: 17 }))).rejects.toMatchObject({
    message: expect.stringContaining("must not exceed 100 MB"),
  });
  await expect(describe("unknown")).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining("Could not find requested job with name"),
  });
});
