import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Context } from "../../../pipeline/context.ts";
import { trainModel } from "../../../pipeline/steps/train-model.ts";
import { readWatchedTraining } from "../../../pipeline/training/watched-training.ts";
import { bucket, put, startFixture, until } from "../../local/sagemaker/fixture.ts";
import type { Stand } from "./evaluation-stand.ts";
import { createConfig, input, openTrainingStand } from "./training-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openTrainingStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

async function jobs(environment: string): Promise<string[]> {
  const { TrainingJobSummaries = [] } = await stand.fixture.sagemaker.send(
    new ListTrainingJobsCommand({ NameContains: `scones-${environment}-` }),
  );
  return TrainingJobSummaries.map(({ TrainingJobName = "" }) => TrainingJobName);
}

test("a dataset is trained, the job tagged and its metrics handed on", async () => {
  const config = createConfig("whole");
  const made = await trainModel(stand.context, config, { ...input, run: "run-1" });
  expect(made).toMatchObject({ adopted: false, metrics: { "validation:accuracy": 0.999 } });
  expect(made.modelDataUrl).toBe(
    `s3://${bucket}/scones/whole/training/${made.trainingJobName}/output/model.tar.gz`,
  );
  const { history, trainingJobName } = made;
  expect(history.length).toBeGreaterThan(0);
  const watched = await readWatchedTraining(stand.context, config, { bucket, trainingJobName });
  expect(watched).toEqual({ history });
  const { TrainingJobArn, HyperParameters } = await stand.fixture.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: made.trainingJobName }),
  );
  expect(HyperParameters).toMatchObject({ num_classes: "2", num_training_samples: "8" });
  const { Tags } = await stand.fixture.sagemaker.send(
    new ListTagsCommand({ ResourceArn: TrainingJobArn }),
  );
  expect(Tags).toContainEqual({ Key: "scones:run", Value: "run-1" });
});

test("a second run adopts the first one's job", async () => {
  const first = await trainModel(stand.context, createConfig("twice"), input);
  const second = await trainModel(stand.context, createConfig("twice"), input);
  expect(second).toEqual({ ...first, adopted: true, history: [] });
  expect(await jobs("twice")).toHaveLength(1);
});

test("a job of the same name and another specification is an error", async () => {
  const config = createConfig("other");
  await trainModel(stand.context, config, input);
  const { sagemaker } = stand.context.clients;
  sagemaker.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const job = result.output as Partial<DescribeTrainingJobCommandOutput>;
      if (job.HyperParameters !== undefined) job.HyperParameters = { epochs: "1" };
      return result;
    },
    { step: "initialize", name: "another" },
  );
  await expect(trainModel(stand.context, config, input)).rejects.toThrow(
    /^Training job scones-other-\w+ exists with another specification. Give the project or/,
  );
  sagemaker.middlewareStack.remove("another");
});

test("two runs at the same time share one job", async () => {
  const config = createConfig("race");
  const [a, b] = await Promise.all([
    trainModel(stand.context, config, input),
    trainModel(stand.context, config, input),
  ]);
  expect(a.trainingJobName).toBe(b.trainingJobName);
  expect(await jobs("race")).toHaveLength(1);
});

test("a failed job fails the step with its reason, and a rerun is a new attempt", async () => {
  const config = createConfig("fails", "fail");
  await expect(trainModel(stand.context, config, input)).rejects.toThrow(
    /ended Failed: ClientError: the pictures are upside down/,
  );
  await expect(trainModel(stand.context, config, input)).rejects.toThrow("-2 ended Failed");
  expect(await jobs("fails")).toHaveLength(2);
});

test("a job that is stopped from outside fails the step", async () => {
  const training = trainModel(stand.context, createConfig("stopped", "hang"), input);
  const TrainingJobName = await until(async () => (await jobs("stopped"))[0]);
  await stand.fixture.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
  await expect(training).rejects.toThrow("ended Stopped");
});

test("a cancelled run stops its job and says so", async () => {
  const cancel = new AbortController();
  const context: Context = { ...stand.context, signal: cancel.signal };
  const training = trainModel(context, createConfig("cancelled", "hang"), input);
  training.catch(() => undefined);
  const TrainingJobName = await until(async () => (await jobs("cancelled"))[0]);
  cancel.abort(new Error("cancelled"));
  await expect(training).rejects.toThrow(/abort|cancelled/i);
  expect(stand.lines).toContain(`cancelled: training job ${TrainingJobName} is being stopped`);
  await until(async () => {
    const job = await stand.fixture.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName }),
    );
    return job.TrainingJobStatus === "Stopped";
  });
});

test("the next instance type takes over where AWS has no capacity", async () => {
  const { sagemaker } = stand.context.clients;
  const inject = "noCapacity";
  sagemaker.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const job = result.output as Partial<DescribeTrainingJobCommandOutput>;
      if (job.ResourceConfig?.InstanceType === "ml.g4dn.xlarge") {
        job.TrainingJobStatus = "Failed";
        job.FailureReason = "CapacityError: Unable to provision requested ML compute capacity.";
      }
      return result;
    },
    { step: "initialize", name: inject },
  );
  const made = await trainModel(stand.context, createConfig("capacity"), input);
  sagemaker.middlewareStack.remove(inject);
  const job = await sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: made.trainingJobName }),
  );
  expect(job.ResourceConfig?.InstanceType).toBe("ml.g5.xlarge");
});

test("a lack of capacity is not remembered: a later run asks again", async () => {
  const config = createConfig("later");
  const { sagemaker } = stand.context.clients;
  const inject = "lacksCapacity";
  sagemaker.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const job = result.output as Partial<DescribeTrainingJobCommandOutput>;
      if (/^scones-later-\w+$/.test(job.TrainingJobName ?? "")) {
        job.TrainingJobStatus = "Failed";
        job.FailureReason = "CapacityError: Unable to provision requested ML compute capacity.";
      }
      return result;
    },
    { step: "initialize", name: inject },
  );
  await expect(trainModel(stand.context, config, input)).rejects.toThrow(
    "AWS has no capacity for any of ml.g4dn.xlarge, ml.g5.xlarge.",
  );
  const made = await trainModel(stand.context, config, input);
  sagemaker.middlewareStack.remove(inject);
  expect(made.trainingJobName).toMatch(/-2$/);
});

test("a job whose model was deleted since, as teardown does, is trained anew", async () => {
  const config = createConfig("emptied");
  const before = await trainModel(stand.context, config, input);
  const Key = before.modelDataUrl.slice(`s3://${bucket}/`.length);
  await stand.fixture.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  const after = await trainModel(stand.context, config, input);
  expect(after).toMatchObject({
    trainingJobName: `${before.trainingJobName}-2`,
    adopted: false,
  });
});

test("several instances train on a file each, which stage-data must have made", async () => {
  const { training, ...rest } = createConfig("several");
  const config = { ...rest, training: { ...training, instanceCount: 2 } };
  await put(stand.fixture, "data/train/2/part-00000.rec", "train");
  await expect(trainModel(stand.context, config, input)).rejects.toThrow(
    "data/train/2/ has 1 of the 2 files that training.instanceCount asks for. Run stage-data",
  );
  await put(stand.fixture, "data/train/2/part-00001.rec", "train");
  expect(await trainModel(stand.context, config, input)).toMatchObject({ instanceCount: 2 });
});

test("a missing quota is named, and nothing is tried again", async () => {
  await using fixture = await startFixture({
    limits: { "ml.g4dn.xlarge for spot training job usage": 0 },
  });
  await put(fixture, "data/train/1/part-00000.rec", "train");
  const clients = { ...stand.context.clients, sagemaker: fixture.sagemaker };
  await expect(
    trainModel({ ...stand.context, clients }, createConfig("quota"), input),
  ).rejects.toThrow(/Raise the quota "ml.g4dn.xlarge for spot training job usage"/);
});
