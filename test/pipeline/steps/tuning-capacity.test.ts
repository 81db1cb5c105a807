import type { CreateHyperParameterTuningJobCommandInput } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { trainModel } from "../../../pipeline/steps/train-model.ts";
import type { Stand } from "./evaluation-stand.ts";
import { createTuningConfig, input, openTrainingStand } from "./training-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openTrainingStand({
    jobs: 2,
    noCapacity: ["ml.p3.2xlarge"],
    interruptions: { "ml.g4dn.2xlarge": Infinity },
    limits: { "ml.g5.2xlarge for spot training job usage": 1 },
  });
});

afterAll(() => stand[Symbol.asyncDispose]());

test("the next instance type takes over where no training job found room", async () => {
  const config = createTuningConfig("room", "learn", "ml.p3.2xlarge, ml.g5.xlarge");
  expect(await trainModel(stand.context, config, input)).toMatchObject({
    instanceType: "ml.g5.xlarge",
  });
});

test("the next instance type takes over where all training jobs waited for spot in vain", async () => {
  const config = createTuningConfig("vain", "learn", "ml.g4dn.2xlarge, ml.g5.xlarge");
  const { middlewareStack } = stand.context.clients.sagemaker;
  middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        const { TrainingJobDefinition: definition } =
          call.input as Partial<CreateHyperParameterTuningJobCommandInput>;
        const hasty = definition?.ResourceConfig?.InstanceType === "ml.g4dn.2xlarge";
        if (commandName === "CreateHyperParameterTuningJobCommand" && hasty) {
          // The configuration counts minutes.
          definition.StoppingCondition = { MaxRuntimeInSeconds: 2, MaxWaitTimeInSeconds: 2 };
        }
        return next(call);
      },
    { step: "initialize", name: "hasty" },
  );
  expect(await trainModel(stand.context, config, input)).toMatchObject({
    instanceType: "ml.g5.xlarge",
  });
  middlewareStack.remove("hasty");
  expect(stand.lines).toContainEqual(
    expect.stringMatching(/^no capacity for ml.g4dn.2xlarge: on spot it was interrupted \d+ times/),
  );
});

test("the quota is named with as many instances as run at once", async () => {
  await expect(
    trainModel(stand.context, createTuningConfig("quota", "learn", "ml.g5.2xlarge"), input),
  ).rejects.toThrow(/Raise the quota "ml.g5.2xlarge for spot training job usage" to 2 or more/);
});

test("a request to wait longer for spot than AWS's guide allows says so where it is refused", async () => {
  const { middlewareStack } = stand.context.clients.sagemaker;
  middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        if (commandName !== "CreateHyperParameterTuningJobCommand") return next(call);
        throw Object.assign(new Error("Invalid wait."), { name: "ValidationException" });
      },
    { step: "initialize", name: "refusing" },
  );
  const config = createTuningConfig("waits");
  await expect(trainModel(stand.context, config, input)).rejects.toThrow(
    /was refused: Invalid wait. .* at most 60 minutes for spot.*: lower training.maxWaitMinutes/,
  );
  const training = { ...config.training, maxWaitMinutes: 60 };
  await expect(trainModel(stand.context, { ...config, training }, input)).rejects.toThrow(
    /was refused: Invalid wait.$/,
  );
  middlewareStack.remove("refusing");
});
