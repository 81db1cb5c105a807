import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { TrainingJob } from "../../../../local/sagemaker/training/training-job.ts";
import type { TrainingRequest } from "../../../../local/sagemaker/training/training-job.ts";
import { bucket, type Fixture, keys, put, startFixture } from "../fixture.ts";
import { putChannels, train, trainingJob } from "./training-fixture.ts";

let fixture: Fixture;

const spot = (name: string, instanceType: "ml.g4dn.xlarge" | "ml.g5.xlarge" = "ml.g4dn.xlarge") =>
  trainingJob(name, {
    EnableManagedSpotTraining: true,
    CheckpointConfig: { S3Uri: `s3://${bucket}/checkpoints/${name}` },
    ResourceConfig: { InstanceType: instanceType, InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 2, MaxWaitTimeInSeconds: 2 },
  });

beforeAll(async () => {
  fixture = await startFixture({
    interruptions: { "ml.g4dn.xlarge": 2, "ml.g5.xlarge": Infinity },
  });
  await putChannels(fixture);
});
afterAll(() => fixture[Symbol.asyncDispose]());

test("an interrupted job starts again with the checkpoints that it left in S3", async () => {
  const request = spot("taken");
  const StoppingCondition = { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 };
  const job = await train(fixture, { ...request, StoppingCondition });
  expect(job.TrainingJobStatus).toBe("Completed");
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual(
    [
      "Starting",
      ...Array.from({ length: 2 }, () => ["Downloading", "Training", "Interrupted", "Starting"]),
      ["Downloading", "Training", "Uploading", "Completed"],
    ].flat(),
  );
  // What the container deleted is gone in S3 too.
  expect(await keys(fixture, "checkpoints/taken/")).toEqual(["checkpoints/taken/start-3"]);
});

test("another job resumes from the same prefix, on demand without being interrupted", async () => {
  await put(fixture, "checkpoints/before/start-4", "4");
  const {
    StoppingCondition: _times,
    EnableManagedSpotTraining: _spot,
    ...request
  } = spot("before");
  const StoppingCondition = { MaxRuntimeInSeconds: 60 };
  const job = await train(fixture, { ...request, StoppingCondition });
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).not.toContain("Interrupted");
  expect(await keys(fixture, "checkpoints/before/")).toEqual(["checkpoints/before/start-5"]);
});

test("interruptions without end are ended by MaxWaitTimeInSeconds", async () => {
  const { StoppingCondition: _times, ...request } = spot("never", "ml.g5.xlarge");
  const StoppingCondition = { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 1 };
  const job = await train(fixture, { ...request, StoppingCondition });
  expect(job).toMatchObject({
    TrainingJobStatus: "Stopped",
    SecondaryStatus: "MaxWaitTimeExceeded",
  });
});

test("checkpoints in another folder fail the job rather than be forgotten", async () => {
  const request = trainingJob("elsewhere", {
    CheckpointConfig: {
      S3Uri: `s3://${bucket}/checkpoints/elsewhere`,
      LocalPath: "/tmp/elsewhere",
    },
  });
  expect((await train(fixture, request)).FailureReason).toBe(
    "ClientError: the local SageMaker keeps checkpoints in /opt/ml/checkpoints, not in /tmp/elsewhere",
  );
});

test.each([
  [true, 30],
  [false, 100],
])("spot is %s: 100 s of training are billed as %d s", (EnableManagedSpotTraining, billed) => {
  const request = trainingJob("billed", { EnableManagedSpotTraining }) as TrainingRequest;
  const job = new TrainingJob(request, "arn");
  job.started = new Date(Date.now() - 100_000);
  expect([job.trainingSeconds, job.billableSeconds]).toEqual([100, billed]);
});
