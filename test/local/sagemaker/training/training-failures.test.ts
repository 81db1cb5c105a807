import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { bucket, type Fixture, keys, startFixture } from "../fixture.ts";
import { putChannels, train, trainingJob } from "./training-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ noCapacity: ["ml.p4d.24xlarge"] });
  await putChannels(fixture);
});
afterAll(() => fixture[Symbol.asyncDispose]());

test("the container's failure is the FailureReason", async () => {
  const job = await train(fixture, trainingJob("fails", { HyperParameters: { act: "fail" } }));
  expect(job.TrainingJobStatus).toBe("Failed");
  expect(job.FailureReason).toBe("ClientError: the pictures are upside down, exit code: 1");
  expect(await keys(fixture, "training/fails/")).toEqual([]);
});

test("a container that crashes fails the job with its last lines", async () => {
  const job = await train(fixture, trainingJob("crashes", { HyperParameters: { act: "crash" } }));
  expect(job.FailureReason).toMatch(/^AlgorithmError: [^]*Error: no memory[^]*, exit code: 1$/);
});

test("a channel without objects fails the job in AWS's words", async () => {
  const [channel] = trainingJob("empty").InputDataConfig ?? [];
  const S3Uri = `s3://${bucket}/nothing/`;
  const InputDataConfig = [
    {
      ChannelName: "train",
      ...channel,
      DataSource: { S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri } },
    },
  ];
  const job = await train(fixture, trainingJob("empty", { InputDataConfig }));
  expect(job.FailureReason).toContain(
    `ClientError: No S3 objects found under S3 URL "s3://${bucket}/nothing/" given in input data source.`,
  );
});

test("a job whose instance type has no capacity fails with CapacityError", async () => {
  const ResourceConfig = {
    InstanceType: "ml.p4d.24xlarge" as const,
    InstanceCount: 1,
    VolumeSizeInGB: 10,
  };
  const job = await train(fixture, trainingJob("capacity", { ResourceConfig }));
  expect(job.FailureReason).toBe(
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a " +
      "different ML instance type.",
  );
  expect(job.TrainingStartTime).toBeUndefined();
});

const unsupported = {
  AlgorithmSpecification: { TrainingImage: "other:1", TrainingInputMode: "File" as const },
};

test.each([
  ["another image", unsupported, "runs image-classification only"],
  [
    "an output bucket that is not there",
    { OutputDataConfig: { S3OutputPath: "s3://absent-bucket/training" } },
    "Artifact upload failed: s3://absent-bucket/training/",
  ],
])("%s fails the job rather than be pretended", async (what, changes, reason) => {
  const job = await train(fixture, trainingJob(what.replaceAll(" ", "-"), changes));
  expect(job.TrainingJobStatus).toBe("Failed");
  expect(job.FailureReason).toMatch(/^ClientError: /);
  expect(job.FailureReason).toContain(reason);
});
