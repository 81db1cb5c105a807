import {
  DescribeHyperParameterTuningJobCommand,
  type DescribeHyperParameterTuningJobCommandOutput,
  type HyperParameterTuningJobConfig,
  ListHyperParameterTuningJobsCommand,
  StopHyperParameterTuningJobCommand,
} from "@aws-sdk/client-sagemaker";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { startTraining, trainModel } from "../../../pipeline/steps/train-model.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import { until } from "../../local/sagemaker/fixture.ts";
import type { Stand } from "./evaluation-stand.ts";
import { createTuningConfig, input, openTrainingStand } from "./training-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openTrainingStand({ jobs: 2 });
});

afterAll(() => stand[Symbol.asyncDispose]());

async function tuningJobs(environment: string): Promise<string[]> {
  const { HyperParameterTuningJobSummaries = [] } = await stand.fixture.sagemaker.send(
    new ListHyperParameterTuningJobsCommand({ NameContains: `scones-${environment}-` }),
  );
  return HyperParameterTuningJobSummaries.map((job) => job.HyperParameterTuningJobName ?? "");
}

test("the best training job of a tuning job goes on as if trained alone, with what was tried", async () => {
  const started: string[] = [];
  const model = await trainModel(stand.context, createTuningConfig("best"), {
    ...input,
    onStarted: ({ trainingJobName }) => started.push(trainingJobName),
  });
  const { tuning } = model;
  expect(model).toMatchObject({ status: "Completed", adopted: false });
  expect(started).toEqual([tuning?.tuningJobName]);
  expect(tuning?.trials).toHaveLength(2);
  const objectives = tuning?.trials.map(({ objective = Number.NaN }) => objective) ?? [];
  expect(objectives).toEqual(objectives.toSorted((a, b) => b - a));
  expect(tuning?.trials[0]).toMatchObject({ trainingJobName: model.trainingJobName });
  expect(model.metrics["validation:accuracy"]).toBe(objectives[0]);
  expect(model.modelDataUrl).toContain(`/training/${model.trainingJobName}/output/model.tar.gz`);
  const job = await stand.fixture.sagemaker.send(
    new DescribeHyperParameterTuningJobCommand({
      HyperParameterTuningJobName: tuning?.tuningJobName,
    }),
  );
  const { StaticHyperParameters, CheckpointConfig } = job.TrainingJobDefinition ?? {};
  const { learning_rate: _searched, ...defaults } = parseConfig("").training.hyperparameters;
  expect(StaticHyperParameters).toEqual({
    ...defaults,
    act: "learn",
    num_classes: "2",
    num_training_samples: "8",
    _tuning_objective_metric: "validation:accuracy",
  });
  expect(CheckpointConfig).toBeUndefined();
});

test("a rerun adopts the tuning job, and trains anew where the best model was deleted", async () => {
  const config = createTuningConfig("twice");
  const first = await trainModel(stand.context, config, input);
  const second = await trainModel(stand.context, config, input);
  expect(second).toEqual({ ...first, adopted: true });
  const { bucket, key } = parseS3Uri(first.modelDataUrl);
  await stand.fixture.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  const third = await trainModel(stand.context, config, input);
  expect(third.tuning?.tuningJobName).toBe(`${first.tuning?.tuningJobName}-2`);
});

test("a tuning job whose training jobs all failed says why, and a rerun is a new attempt", async () => {
  const config = createTuningConfig("fails", "fail");
  await expect(trainModel(stand.context, config, input)).rejects.toThrow(
    /^Tuning job scones-fails-\w+ ended Failed: All training jobs failed.* failed: ClientError: the pictures are upside down/,
  );
  const started = await startTraining(stand.context, config, input);
  expect(started).toMatchObject({ adopted: false, status: "InProgress" });
  expect(started.trainingJobName).toMatch(/-2$/);
  // The failure of what this run itself started is its own.
  await expect(
    trainModel(stand.context, config, { ...input, started: started.trainingJobName }),
  ).rejects.toThrow("-2 ended Failed");
});

test("a tuning job of the same name and other ranges is an error", async () => {
  const config = createTuningConfig("other");
  await trainModel(stand.context, config, input);
  await withAnswers(
    (job) => {
      job.HyperParameterTuningJobConfig = {
        ...(job.HyperParameterTuningJobConfig as HyperParameterTuningJobConfig),
        ParameterRanges: {},
      };
    },
    () =>
      expect(trainModel(stand.context, config, input)).rejects.toThrow(
        /^Tuning job scones-other-\w+ exists with another specification. Give the project or/,
      ),
  );
});

/** Alters what SageMaker says of tuning jobs while `work` goes on. */
async function withAnswers(
  alter: (job: Partial<DescribeHyperParameterTuningJobCommandOutput>) => void,
  work: () => Promise<void>,
): Promise<void> {
  const { middlewareStack } = stand.context.clients.sagemaker;
  middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        const answer = await next(request);
        if (commandName === "DescribeHyperParameterTuningJobCommand") alter(answer.output);
        return answer;
      },
    { step: "initialize", name: "altered" },
  );
  await work();
  middlewareStack.remove("altered");
}

test("a tuning job without a best training job is an error, and a rerun is a new attempt", async () => {
  const config = createTuningConfig("nobest");
  await withAnswers(
    (job) => delete job.BestTrainingJob,
    async () => {
      await expect(trainModel(stand.context, config, input)).rejects.toThrow(
        /^Tuning job scones-nobest-\w+ has no best training job: none of 2 ended with a validation:accuracy/,
      );
      const { trainingJobName } = await startTraining(stand.context, config, input);
      expect(trainingJobName).toMatch(/-2$/);
    },
  );
});

test.each([
  ["Stopped", "a twelfth is tried", /-12$/],
  ["Failed", "none is", /^Tuning job scones-often-\w+ ended without a model 10 times/],
] as const)("after eleven tuning jobs that ended %s %s", async (status, _what, expected) => {
  const config = createTuningConfig("often");
  const { trainingJobName: base } = await startTraining(stand.context, config, input);
  const { middlewareStack } = stand.context.clients.sagemaker;
  middlewareStack.add(
    (next) => async (request) => {
      const named = request.input as { HyperParameterTuningJobName?: string };
      const { HyperParameterTuningJobName: name = "" } = named;
      const attempt = Number(/-(\d{1,2})$/.exec(name)?.[1] ?? 1);
      if (!name.startsWith(base) || attempt > 11) return next(request);
      named.HyperParameterTuningJobName = base;
      const answer = await next(request);
      Object.assign(answer.output, { HyperParameterTuningJobStatus: status });
      return answer;
    },
    { step: "initialize", name: "ended" },
  );
  const next = await startTraining(stand.context, config, input).catch((error: unknown) => error);
  middlewareStack.remove("ended");
  const { trainingJobName = "", message = trainingJobName } = next as Partial<Error> & {
    trainingJobName?: string;
  };
  expect(message).toMatch(expected);
});

test("a tuning job that is stopped from outside fails the step", async () => {
  const training = trainModel(stand.context, createTuningConfig("stopped", "hang"), input);
  const HyperParameterTuningJobName = await until(async () => (await tuningJobs("stopped"))[0]);
  await stand.fixture.sagemaker.send(
    new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName }),
  );
  await expect(training).rejects.toThrow("ended Stopped");
});

test("a deadline leaves the tuning job for the next run, a cancelled run stops it", async () => {
  const config = createTuningConfig("long", "hang");
  await expect(trainModel(stand.context, config, { ...input, timeoutMs: 60 })).rejects.toThrow(
    /^Tuning job scones-long-\w+ did not finish within 0 s. It goes on/,
  );
  const cancel = new AbortController();
  const line = (text: string) => {
    if (text.includes("running")) cancel.abort(new Error("cancelled"));
  };
  const progress = { line, count: () => undefined };
  const context: Context = { ...stand.context, progress, signal: cancel.signal };
  await expect(trainModel(context, config, input)).rejects.toThrow(/abort|cancelled/i);
  const [name = ""] = await tuningJobs("long");
  await until(async () => {
    const job = await stand.fixture.sagemaker.send(
      new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }),
    );
    return job.HyperParameterTuningJobStatus === "Stopped";
  });
});
