import { DescribeTrainingJobCommand, DescribeTransformJobCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../local/sagemaker/fixture.ts";
import type { RunOptions } from "./run-action.ts";
import { openStand, type Stand } from "./stand.ts";

// GitHub sends SIGINT, 7.5 s later SIGTERM, and kills the process after another 2.5 s.
const LIMIT_MS = 5000;

let stand: Stand;
let datasetUri: string;

beforeAll(async () => {
  stand = await openStand();
  const staged = await stand.run("stage-data", { environment: "cancel" });
  datasetUri = staged.outputs["dataset-uri"] ?? "";
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const train = (
  environment: string,
  hyperparameters: string,
  inputs: Readonly<Record<string, string | number | boolean>> = {},
  options: RunOptions = {},
) =>
  stand.run(
    "train-model",
    { environment, hyperparameters, "dataset-uri": datasetUri, ...inputs },
    options,
  );

async function trainingStatus(TrainingJobName: string): Promise<string | undefined> {
  const job = await stand.aws.clients.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName }),
  );
  return job.TrainingJobStatus;
}

const waiting = /^(Pending|Starting|Downloading|Training)\b/m;

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s stops the training job within 5 s, and says so",
  async (signal) => {
    const ran = await train(
      signal.toLowerCase(),
      "{ act: hang }",
      {},
      {
        signalAt: { says: waiting, signal },
      },
    );
    const [, name = ""] = /training job (\S+) on/.exec(ran.log) ?? [];
    expect(ran.log).toContain(`cancelled: training job ${name} is being stopped`);
    expect(ran.annotations).toEqual([
      { level: "warning", message: `${signal}: this step is being cancelled` },
      {
        level: "error",
        title: "train-model failed",
        message: `The run was cancelled by ${signal}.`,
      },
    ]);
    expect(ran.code).toBe(1);
    expect(ran.endedAfterMs).toBeLessThan(LIMIT_MS);
    expect(await trainingStatus(name)).toMatch(/^Stopp(ing|ed)$/);
  },
);

test("a cancelled evaluation stops its batch transform", async () => {
  const { outputs } = await train("evaluate", "{ served: hangs }", { wait: false });
  const name = outputs["training-job-name"] ?? "";
  await until(async () => (await trainingStatus(name)) === "Completed");
  const ran = await stand.run(
    "evaluate-model",
    { environment: "evaluate", "dataset-uri": datasetUri, "training-job-name": name },
    { signalAt: { says: /0 of \d+ test pictures predicted/, signal: "SIGINT" } },
  );
  const [, TransformJobName = ""] = /transform job (\S+) on/.exec(ran.log) ?? [];
  expect(ran.code).toBe(1);
  expect(ran.endedAfterMs).toBeLessThan(LIMIT_MS);
  expect(ran.log).toContain(`cancelled: transform job ${TransformJobName} is being stopped`);
  const job = await stand.aws.clients.sagemaker.send(
    new DescribeTransformJobCommand({ TransformJobName }),
  );
  expect(job.TransformJobStatus).toMatch(/^Stopp(ing|ed)$/);
});

test("a wait that is over, and stop-on-cancel false, leave the job for a rerun to adopt", async () => {
  const late = await train("left", "{ act: hang }", { "timeout-minutes": 0.0001 });
  const [, name = ""] = /training job (\S+) on/.exec(late.log) ?? [];
  expect(late.annotations.map(({ message }) => message)).toEqual([
    `Training job ${name} did not finish within 0 s. It goes on: run the step again and it is adopted.`,
  ]);
  const left = await train(
    "left",
    "{ act: hang }",
    { "stop-on-cancel": false },
    { signalAt: { says: waiting, signal: "SIGTERM" } },
  );
  expect(left.code).toBe(1);
  expect(left.log).toContain(`training job ${name} is there (InProgress): this run's`);
  expect(left.log).toContain(`cancelled: training job ${name} goes on`);
  expect(await trainingStatus(name)).toBe("InProgress");
  const adopted = await train("left", "{ act: hang }", { wait: false });
  expect(adopted.outputs).toEqual({
    "training-job-name": name,
    "training-job-status": "InProgress",
    adopted: "false",
  });
});
