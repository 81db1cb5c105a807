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
import { bucket, type Fixture, get, keys, put, startFixture, until } from "../fixture.ts";
import { putChannels, train, trainingJob } from "./training-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ jobs: 1 });
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
  expect(names).toEqual(["again", "first", "late", "learns", "second", "stops", "third"]);
  const completed = await fixture.sagemaker.send(
    new ListTrainingJobsCommand({ StatusEquals: "Completed" }),
  );
  expect(completed.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual([
    "learns",
    "again",
    "second",
  ]);
});

test("an object outside a channel's prefix is not downloaded", async () => {
  await put(fixture, "data/train-other/x.rec", "other");
  await train(fixture, trainingJob("prefix"));
  const model = (await modelJson("training/prefix/output/model.tar.gz")) as { files: string[] };
  expect(model.files).not.toContain("train/x.rec");
});
