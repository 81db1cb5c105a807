import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { json } from "node:stream/consumers";
import { extract } from "tar-stream";
import {
  bucket,
  type Fixture,
  get,
  keys,
  put,
  putChannels,
  startFixture,
  train,
  trainingJob,
  until,
} from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ jobs: 1, noCapacity: ["ml.p4d.24xlarge"] });
  await putChannels(fixture);
});
afterAll(() => fixture[Symbol.asyncDispose]());

const describe = (TrainingJobName: string) =>
  fixture.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));

async function running(name: string, act: string, changes = {}) {
  const HyperParameters = { act };
  await fixture.sagemaker.send(
    new CreateTrainingJobCommand(trainingJob(name, { HyperParameters, ...changes })),
  );
  await until(async () => (await describe(name)).FinalMetricDataList?.length === 2);
}

async function modelJson(key: string): Promise<unknown> {
  const archive = Readable.from([await get(fixture, key)])
    .pipe(createGunzip())
    .pipe(extract());
  for await (const entry of archive) return json(entry);
  return undefined;
}

test("a training job goes through its secondary statuses and leaves its model and metrics", async () => {
  const job = await train(fixture, trainingJob("learns"));
  expect(job.TrainingJobStatus).toBe("Completed");
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    "Starting",
    "Downloading",
    "Training",
    "Uploading",
    "Completed",
  ]);
  const metrics = job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]);
  expect(metrics).toEqual([
    ["train:accuracy", 1],
    ["validation:accuracy", 0.95],
    ["validation:cross_entropy", 0.125],
  ]);
  expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(
    `s3://${bucket}/training/learns/output/model.tar.gz`,
  );
  expect(job.BillableTimeInSeconds).toBeGreaterThanOrEqual(1);
  expect(await modelJson("training/learns/output/model.tar.gz")).toMatchObject({
    files: [
      "train",
      "train/deep",
      "train/deep/part-1.rec",
      "train/part-0.rec",
      "validation",
      "validation/part-0.rec",
    ],
    channels: {
      train: {
        ContentType: "application/x-recordio",
        TrainingInputMode: "File",
        S3DistributionType: "FullyReplicated",
        RecordWrapperType: "None",
      },
    },
  });
});

test("the same training gives the same bytes", async () => {
  await train(fixture, trainingJob("again"));
  const archive = await get(fixture, "training/again/output/model.tar.gz");
  expect(archive.equals(await get(fixture, "training/learns/output/model.tar.gz"))).toBe(true);
});

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

test("a stopped job stops, and keeps what it had saved", async () => {
  await running("stops", "hang");
  await fixture.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: "stops" }));
  const job = await until(async () => {
    const found = await describe("stops");
    return found.TrainingEndTime !== undefined && found;
  });
  expect(job.TrainingJobStatus).toBe("Stopped");
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    "Starting",
    "Downloading",
    "Training",
    "Stopping",
    "Stopped",
  ]);
  expect(await keys(fixture, "training/stops/")).toEqual(["training/stops/output/model.tar.gz"]);
});

test("a job over its MaxRuntime ends as Stopped, MaxRuntimeExceeded", async () => {
  const StoppingCondition = { MaxRuntimeInSeconds: 1 };
  const HyperParameters = { act: "hang" };
  const job = await train(fixture, trainingJob("late", { HyperParameters, StoppingCondition }));
  expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "MaxRuntimeExceeded"]);
});

test("a second job waits for a free core, and can be stopped while it waits", async () => {
  await running("first", "hang");
  await fixture.sagemaker.send(new CreateTrainingJobCommand(trainingJob("second")));
  expect((await describe("second")).SecondaryStatus).toBe("Starting");
  await fixture.sagemaker.send(new CreateTrainingJobCommand(trainingJob("third")));
  await fixture.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: "third" }));
  await until(async () => (await describe("third")).TrainingJobStatus === "Stopped");
  await fixture.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: "first" }));
  await until(async () => (await describe("second")).TrainingJobStatus === "Completed");
});

test("an unknown job is answered as the service answers it", async () => {
  await expect(describe("unknown")).rejects.toMatchObject({
    name: "ValidationException",
    message: "Requested resource not found.",
    $metadata: { httpStatusCode: 400 },
  });
});

test("pages of jobs neither repeat nor leave out one", async () => {
  const names: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = await fixture.sagemaker.send(
      new ListTrainingJobsCommand({
        SortBy: "Name",
        SortOrder: "Ascending",
        MaxResults: 2,
        NextToken,
      }),
    );
    names.push(...(page.TrainingJobSummaries ?? []).map((job) => job.TrainingJobName));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(names).toEqual([
    "again",
    "crashes",
    "empty",
    "fails",
    "first",
    "late",
    "learns",
    "second",
    "stops",
    "third",
  ]);
  const failed = await fixture.sagemaker.send(
    new ListTrainingJobsCommand({ StatusEquals: "Failed" }),
  );
  expect(failed.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual([
    "fails",
    "crashes",
    "empty",
  ]);
});

test("an object outside a channel's prefix is not downloaded", async () => {
  await put(fixture, "data/train-other/x.rec", "other");
  await train(fixture, trainingJob("prefix"));
  const model = (await modelJson("training/prefix/output/model.tar.gz")) as { files: string[] };
  expect(model.files).not.toContain("train/x.rec");
});

const unsupported = {
  AlgorithmSpecification: { TrainingImage: "other:1", TrainingInputMode: "File" as const },
};

test.each([
  ["another image", unsupported, "runs image-classification only"],
  [
    "two instances",
    {
      ResourceConfig: {
        InstanceType: "ml.g5.xlarge" as const,
        InstanceCount: 2,
        VolumeSizeInGB: 1,
      },
    },
    "trains on one instance, not on 2",
  ],
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
