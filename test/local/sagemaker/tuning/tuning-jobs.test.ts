import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobCommandInput,
  DeleteHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  type HyperParameterTrainingJobDefinition,
  ListHyperParameterTuningJobsCommand,
  ListTagsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Fixture, startFixture, until } from "../fixture.ts";
import { putChannels, trainingJob } from "../training/training-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ jobs: 2, limits: { "ml.g5.xlarge for training job usage": 1 } });
  await putChannels(fixture);
});
afterAll(() => fixture[Symbol.asyncDispose]());

type Request = CreateHyperParameterTuningJobCommandInput;

/** A request to search two hyperparameters with four training jobs, two at once. */
function tuningJob(
  name: string,
  act = "learn",
  changes: Partial<Request["HyperParameterTuningJobConfig"]> = {},
): Request {
  const { TrainingJobName: _name, HyperParameters, ...definition } = trainingJob("none");
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: "Random",
      HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
      ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 },
      ParameterRanges: {
        ContinuousParameterRanges: [{ Name: "learning_rate", MinValue: "0.1", MaxValue: "0.9" }],
        CategoricalParameterRanges: [{ Name: "optimizer", Values: ["sgd", "nag"] }],
      },
      RandomSeed: 7,
      ...changes,
    },
    TrainingJobDefinition: {
      ...(definition as HyperParameterTrainingJobDefinition),
      StaticHyperParameters: { ...HyperParameters, act },
    },
    Tags: [{ Key: "team", Value: "vehicles" }],
  };
}

const create = (request: Request) =>
  fixture.sagemaker.send(new CreateHyperParameterTuningJobCommand(request));
const describe = (HyperParameterTuningJobName: string) =>
  fixture.sagemaker.send(
    new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName }),
  );

async function tune(request: Request) {
  await create(request);
  return until(async () => {
    const job = await describe(request.HyperParameterTuningJobName ?? "");
    return job.HyperParameterTuningEndTime !== undefined && job;
  });
}

async function trials(
  HyperParameterTuningJobName: string,
  SortBy?: "FinalObjectiveMetricValue" | "Name",
) {
  const { TrainingJobSummaries = [] } = await fixture.sagemaker.send(
    new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName, SortBy }),
  );
  return TrainingJobSummaries;
}

test("a tuning job runs training jobs named after it, and knows the best of them", async () => {
  const job = await tune(tuningJob("whole"));
  expect(job).toMatchObject({
    HyperParameterTuningJobStatus: "Completed",
    TrainingJobStatusCounters: { Completed: 4, InProgress: 0, NonRetryableError: 0, Stopped: 0 },
    ObjectiveStatusCounters: { Succeeded: 4, Pending: 0, Failed: 0 },
  });
  const all = await trials("whole");
  expect(all.map(({ TrainingJobName = "" }) => TrainingJobName.replace(/\w{8}$/, "x"))).toEqual(
    ["001", "002", "003", "004"].map((number) => `whole-${number}-x`),
  );
  const rates = all.map(({ TunedHyperParameters }) =>
    Number(TunedHyperParameters?.["learning_rate"]),
  );
  expect(new Set(rates).size).toBe(4);
  const byValue = await trials("whole", "FinalObjectiveMetricValue");
  expect(byValue.at(-1)).toEqual(job.BestTrainingJob);
  expect(Number(job.BestTrainingJob?.TunedHyperParameters?.["learning_rate"])).toBe(
    Math.min(...rates),
  );
  const { TrainingJobName } = job.BestTrainingJob ?? {};
  const training = await fixture.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName }),
  );
  expect(training).toMatchObject({
    TuningJobArn: job.HyperParameterTuningJobArn,
    HyperParameters: {
      act: "learn",
      learning_rate: String(Math.min(...rates)),
      _tuning_objective_metric: "validation:accuracy",
    },
  });
  const { Tags } = await fixture.sagemaker.send(
    new ListTagsCommand({ ResourceArn: training.TrainingJobArn }),
  );
  expect(Tags).toEqual([{ Key: "team", Value: "vehicles" }]);
});

test("the same seed tries the same values", async () => {
  const tuned = [];
  for (const name of ["seed-a", "seed-b"]) {
    const limits = { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 2 };
    await tune(tuningJob(name, "learn", { ResourceLimits: limits }));
    tuned.push((await trials(name)).map(({ TunedHyperParameters }) => TunedHyperParameters));
  }
  expect(tuned[0]).toEqual(tuned[1]);
});

test("training jobs that fail count as such, and the best of the others wins", async () => {
  const job = await tune(tuningJob("some", "picky"));
  expect(job.HyperParameterTuningJobStatus).toBe("Completed");
  const { Completed = 0, NonRetryableError = 0 } = job.TrainingJobStatusCounters ?? {};
  expect([Completed > 0, NonRetryableError > 0, Completed + NonRetryableError]).toEqual([
    true,
    true,
    4,
  ]);
  const failed = (await trials("some")).find(({ FailureReason }) => FailureReason !== undefined);
  expect(failed).toMatchObject({ TrainingJobStatus: "Failed", ObjectiveStatus: "Failed" });
});

test("a tuning job all of whose training jobs failed is Failed", async () => {
  const limits = { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1 };
  const job = await tune(tuningJob("none", "fail", { ResourceLimits: limits }));
  expect(job.HyperParameterTuningJobStatus).toBe("Failed");
  expect(job.FailureReason).toContain("All training jobs failed.");
  expect(job.BestTrainingJob).toBeUndefined();
});

test("a stopped one stops its training jobs, starts no more, and can then be deleted", async () => {
  await create(tuningJob("stopped", "hang"));
  await until(async () => (await trials("stopped")).length === 2);
  const job = { HyperParameterTuningJobName: "stopped" };
  await expect(
    fixture.sagemaker.send(new DeleteHyperParameterTuningJobCommand(job)),
  ).rejects.toThrow("in status InProgress");
  await fixture.sagemaker.send(new StopHyperParameterTuningJobCommand(job));
  await until(async () => (await describe("stopped")).HyperParameterTuningJobStatus === "Stopped");
  expect((await trials("stopped")).map(({ TrainingJobStatus }) => TrainingJobStatus)).toEqual([
    "Stopped",
    "Stopped",
  ]);
  await expect(fixture.sagemaker.send(new StopHyperParameterTuningJobCommand(job))).rejects.toThrow(
    "in status Stopped",
  );
  await fixture.sagemaker.send(new DeleteHyperParameterTuningJobCommand(job));
  await expect(describe("stopped")).rejects.toMatchObject({ name: "ResourceNotFound" });
  const { HyperParameterTuningJobSummaries = [] } = await fixture.sagemaker.send(
    new ListHyperParameterTuningJobsCommand({ NameContains: "sto" }),
  );
  expect(HyperParameterTuningJobSummaries).toEqual([]);
});

const continuous = (
  MinValue: string,
  MaxValue: string,
  ScalingType: "Logarithmic" | "ReverseLogarithmic",
) => ({
  ParameterRanges: {
    ContinuousParameterRanges: [{ Name: "momentum", MinValue, MaxValue, ScalingType }],
  },
});
const integers = (MinValue: string, MaxValue: string) => ({
  ParameterRanges: {
    IntegerParameterRanges: [
      { Name: "epochs", MinValue, MaxValue, ScalingType: "ReverseLogarithmic" as const },
    ],
  },
});
const count = (MaxNumberOfTrainingJobs: number, MaxParallelTrainingJobs: number) => ({
  ResourceLimits: { MaxNumberOfTrainingJobs, MaxParallelTrainingJobs },
});

test.each([
  ["a name that is taken, whatever its case", {}, "already exists", "WHOLE"],
  ["a logarithm of 0", continuous("0", "1", "Logarithmic"), "does not fit the range of momentum"],
  ["a reverse one of 1", continuous("0", "1", "ReverseLogarithmic"), "does not fit the range of"],
  ["a reverse one of integers", integers("1", "2"), "does not fit the range of epochs"],
  ["a range from high to low", continuous("2", "1", "Logarithmic"), "is none: 2 to 1"],
  ["fractions as integers", integers("0.5", "2"), "is none: 0.5 to 2"],
  ["no range", { ParameterRanges: {} }, "At least one hyperparameter range"],
  [
    "a hyperparameter with a value and a range",
    { ParameterRanges: { CategoricalParameterRanges: [{ Name: "act", Values: ["a"] }] } },
    "act has more than one range or value",
  ],
  ["more at once than altogether", count(2, 3), "must not be greater than MaxNumberOfTrainingJobs"],
  ["more than the quota of training jobs", count(751, 1), "is 750, and 751 were asked for"],
  ["more at once than the quota", count(20, 11), "is 10, and 11 were asked for"],
  ["another strategy", { Strategy: "Hyperband" as const }, "not by Hyperband"],
  [
    "early stopping",
    { TrainingJobEarlyStoppingType: "Auto" as const },
    "stops no training job early",
  ],
])("refused: %s", async (_what, changes, message, name = "refused") => {
  await expect(create(tuningJob(name, "learn", changes))).rejects.toThrow(message);
});

test("refused: more instances at once than their quota", async () => {
  const request = tuningJob("quota");
  const ResourceConfig = {
    InstanceType: "ml.g5.xlarge",
    InstanceCount: 1,
    VolumeSizeInGB: 10,
  } as const;
  const TrainingJobDefinition = { ...request.TrainingJobDefinition, ResourceConfig } as never;
  await expect(create({ ...request, TrainingJobDefinition })).rejects.toThrow(
    /ml.g5.xlarge for training job usage' is 1 Instances.* request delta of 2 Instances/,
  );
});
