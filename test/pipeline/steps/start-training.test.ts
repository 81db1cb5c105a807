import { ListTrainingJobsCommand, StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Context } from "../../../pipeline/context.ts";
import { startTraining, trainModel } from "../../../pipeline/steps/train-model.ts";
import { findTrainedModel } from "../../../pipeline/training/trained-model.ts";
import { until } from "../../local/sagemaker/fixture.ts";
import type { Stand } from "./evaluation-stand.ts";
import { createConfig, input, openTrainingStand } from "./training-stand.ts";

// What lets the training outlive the run that started it.
let stand: Stand;

beforeAll(async () => {
  stand = await openTrainingStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

test("what one run starts, another finds by the same inputs and waits for", async () => {
  const config = createConfig("apart");
  const started = await startTraining(stand.context, config, input);
  expect(started).toMatchObject({
    status: "InProgress",
    instanceType: "ml.g4dn.xlarge",
    adopted: false,
  });
  const trained = await trainModel(stand.context, config, input);
  expect(trained).toMatchObject({ trainingJobName: started.trainingJobName, adopted: true });
  expect(await startTraining(stand.context, config, input)).toEqual({
    ...started,
    status: "Completed",
    adopted: true,
  });
  expect(await findTrainedModel(stand.context, started.trainingJobName)).toEqual({
    ...trained,
    history: [],
  });
});

test("while a run waits, it keeps each change of the container's metrics with its time", async () => {
  const { history, metrics } = await trainModel(stand.context, createConfig("seen"), input);
  const times = history.map(({ at }) => at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(history.at(-1)?.metrics).toEqual(metrics);
});

test("a model is found only where its training is Completed", async () => {
  const find = (name: string) => findTrainedModel(stand.context, name);
  await expect(find("scones-nowhere-0")).rejects.toThrow(
    "There is no training job scones-nowhere-0 in this account and region. Run train-model first.",
  );
  const hanging = await startTraining(stand.context, createConfig("hangs", "hang"), input);
  await expect(find(hanging.trainingJobName)).rejects.toThrow(
    `Training job ${hanging.trainingJobName} is InProgress: wait for it with train-model.`,
  );
  const failing = await startTraining(stand.context, createConfig("fails", "fail"), input);
  await until(async () => {
    const error: unknown = await find(failing.trainingJobName).catch((reason: unknown) => reason);
    return /ended Failed: ClientError: the pictures are upside down/.test(String(error));
  });
});

test("to retrain is to train anew once a run, which finds its own job again", async () => {
  const config = createConfig("anew");
  const start = (run: string | undefined, retrain: boolean) =>
    startTraining(stand.context, config, { ...input, run, retrain });
  const started = [];
  for (const run of ["1", "1", "2", "2"]) started.push(await start(run, true));
  expect(started.map(({ adopted }) => adopted)).toEqual([false, false, false, false]);
  expect(new Set(started.map(({ trainingJobName }) => trainingJobName)).size).toBe(2);
  expect((await start("1", false)).adopted).toBe(false);
  await expect(start(undefined, true)).rejects.toThrow("To retrain, name the run");
});

test("a wait that is over leaves the job, which the next run adopts", async () => {
  const config = createConfig("long", "hang");
  await expect(trainModel(stand.context, config, { ...input, timeoutMs: 60 })).rejects.toThrow(
    /^Training job scones-long-\w+ did not finish within 0 s. It goes on: run the step again/,
  );
  expect(await startTraining(stand.context, config, input)).toMatchObject({
    status: "InProgress",
    adopted: true,
  });
});

test.each([startTraining, trainModel])(
  "a run that is cancelled while its job is being made stops that job too: %p",
  async (step) => {
    const cancel = new AbortController();
    const context: Context = { ...stand.context, signal: cancel.signal };
    const { sagemaker } = context.clients;
    const abortWhenMade = { step: "initialize", name: "abortWhenMade" } as const;
    sagemaker.middlewareStack.add(
      (next, { commandName }) =>
        async (request) => {
          const answer = await next(request);
          if (commandName === "CreateTrainingJobCommand") cancel.abort(new Error("cancelled"));
          return answer;
        },
      abortWhenMade,
    );
    const config = createConfig(`made-${step === trainModel ? "wait" : "start"}`, "hang");
    await expect(step(context, config, input)).rejects.toThrow("cancelled");
    sagemaker.middlewareStack.remove(abortWhenMade.name);
    const { TrainingJobSummaries = [] } = await sagemaker.send(
      new ListTrainingJobsCommand({ NameContains: `scones-${config.environment}-` }),
    );
    expect(TrainingJobSummaries.map(({ TrainingJobStatus }) => TrainingJobStatus)).toEqual([
      expect.stringMatching(/^Stopp(ing|ed)$/),
    ]);
  },
);

test("a run right after a cancelled one does not adopt the job that is being stopped", async () => {
  const config = createConfig("again", "hang");
  const { trainingJobName } = await startTraining(stand.context, config, input);
  const stop = new StopTrainingJobCommand({ TrainingJobName: trainingJobName });
  await stand.fixture.sagemaker.send(stop);
  expect(await startTraining(stand.context, config, input)).toMatchObject({
    trainingJobName: `${trainingJobName}-2`,
    adopted: false,
  });
});

test("a cancelled run leaves its job running where it is told to", async () => {
  const cancel = new AbortController();
  const context: Context = { ...stand.context, signal: cancel.signal };
  const config = createConfig("left", "hang");
  const training = trainModel(context, config, { ...input, stopOnCancel: false });
  training.catch(() => undefined);
  await until(async () => {
    const { TrainingJobSummaries } = await stand.fixture.sagemaker.send(
      new ListTrainingJobsCommand({ NameContains: "scones-left-" }),
    );
    return TrainingJobSummaries?.length === 1;
  });
  cancel.abort(new Error("cancelled"));
  await expect(training).rejects.toThrow(/abort|cancelled/i);
  expect(await startTraining(stand.context, config, input)).toMatchObject({
    status: "InProgress",
    adopted: true,
  });
});
