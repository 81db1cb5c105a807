import {
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startTraining, trainModel } from "../../../pipeline/steps/train-model.ts";
import { keys } from "../../local/sagemaker/fixture.ts";
import type { Stand } from "./evaluation-stand.ts";
import { createConfig, input, openTrainingStand } from "./training-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openTrainingStand({
    interruptions: { "ml.g4dn.xlarge": Infinity, "ml.g5.xlarge": 2 },
  });
  // The configuration counts minutes.
  stand.context.clients.sagemaker.middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        const request = call.input as CreateTrainingJobCommandInput;
        if (commandName === "CreateTrainingJobCommand" && isHasty(request)) {
          request.StoppingCondition = { MaxRuntimeInSeconds: 5, MaxWaitTimeInSeconds: 5 };
        }
        return next(call);
      },
    { step: "initialize" },
  );
});

afterAll(() => stand[Symbol.asyncDispose]());

function isHasty({ ResourceConfig }: CreateTrainingJobCommandInput): boolean {
  return ResourceConfig?.InstanceType === "ml.g4dn.xlarge";
}

const config = (environment: string, instanceTypes: string[], act = "learn") => {
  const made = createConfig(environment, act);
  return { ...made, training: { ...made.training, instanceTypes } };
};

test("an interrupted training resumes from its checkpoint, and says how often", async () => {
  const model = await trainModel(stand.context, config("taken", ["ml.g5.xlarge"]), input);
  expect(model).toMatchObject({ status: "Completed", interruptions: 2 });
});

test("interruptions without end are bounded and told, and the next type goes on from there", async () => {
  const failure: unknown = await trainModel(
    stand.context,
    config("again", ["ml.g4dn.xlarge"]),
    input,
  ).catch((error: unknown) => error);
  expect(String(failure)).toMatch(
    /AWS has no capacity for any of ml.g4dn.xlarge. ml.g4dn.xlarge: on spot it was interrupted [1-9]\d* times and not done in 0 min \(training.maxWaitMinutes\)/,
  );
  expect(await keysOf("again")).toHaveLength(1);
  const model = await trainModel(stand.context, config("again", ["ml.g5.xlarge"]), input);
  expect(model).toMatchObject({ instanceType: "ml.g5.xlarge", interruptions: 2 });
  const [first, second] = await checkpointsOf("again");
  expect(first).toBe(second);
  // Its model is there: nobody resumes it any more.
  expect(await keysOf("again")).toEqual([]);
});

test("a retraining does not resume what another training left", async () => {
  const again = { ...input, run: "1", retrain: true };
  const hanging = config("anew", ["ml.g5.xlarge"], "hang");
  for (const started of [input, again]) await startTraining(stand.context, hanging, started);
  const prefixes = await checkpointsOf("anew");
  expect(new Set(prefixes).size).toBe(2);
});

test("of two jobs that would share their checkpoints the second starts when the first has stopped", async () => {
  const shorter = config("shared", ["ml.g5.xlarge"], "hang");
  const longer = { ...shorter, training: { ...shorter.training, maxRuntimeMinutes: 90 } };
  const { trainingJobName } = await startTraining(stand.context, shorter, input);
  await expect(startTraining(stand.context, longer, input)).rejects.toThrow(
    `Training job ${trainingJobName} is InProgress and learns the same, on other instances or with other times`,
  );
  const { sagemaker } = stand.fixture;
  await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: trainingJobName }));
  expect(await startTraining(stand.context, longer, input)).toMatchObject({ adopted: false });
  const [first, second] = await checkpointsOf("shared");
  expect(first).toBe(second);
});

/** The S3 URIs of the checkpoints of an environment's jobs. */
async function checkpointsOf(environment: string): Promise<(string | undefined)[]> {
  const { sagemaker } = stand.fixture;
  const { TrainingJobSummaries = [] } = await sagemaker.send(
    new ListTrainingJobsCommand({ NameContains: `scones-${environment}-` }),
  );
  return Promise.all(
    TrainingJobSummaries.map(async ({ TrainingJobName }) => {
      const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
      return job.CheckpointConfig?.S3Uri;
    }),
  );
}

function keysOf(environment: string): Promise<string[]> {
  return keys(stand.fixture, `scones/${environment}/checkpoints/`);
}
