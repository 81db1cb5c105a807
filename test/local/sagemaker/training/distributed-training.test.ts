import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Fixture, startFixture } from "../fixture.ts";
import { putChannels, train, trainingJob } from "./training-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ limits: { "ml.g4dn.xlarge for training job usage": 3 } });
  await putChannels(fixture);
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Two files in the channel `train`, one in `validation`. */
function sharded(name: string, InstanceCount: number) {
  const job = trainingJob(name);
  const [trained, ...others] = job.InputDataConfig ?? [];
  const S3DataSource = {
    ...trained?.DataSource?.S3DataSource,
    S3DataDistributionType: "ShardedByS3Key" as const,
  };
  return {
    ...job,
    ResourceConfig: { InstanceType: "ml.g4dn.xlarge" as const, InstanceCount, VolumeSizeInGB: 10 },
    InputDataConfig: [
      { ...trained, ChannelName: "train", DataSource: { S3DataSource } },
      ...others,
    ] as typeof job.InputDataConfig,
  };
}

test("as many instances as objects train, on all of them", async () => {
  const job = await train(fixture, sharded("two", 2));
  expect(job).toMatchObject({
    TrainingJobStatus: "Completed",
    ResourceConfig: { InstanceCount: 2 },
  });
});

test("an instance that would get no object fails the job", async () => {
  expect((await train(fixture, sharded("three", 3))).FailureReason).toBe(
    "ClientError: The channel train is distributed by ShardedByS3Key and has 2 objects for 3 instances: algo-3 gets no data.",
  );
});

test("the quota counts instances, not jobs", async () => {
  await expect(train(fixture, sharded("four", 4))).rejects.toThrow("request delta of 4 Instances");
});
