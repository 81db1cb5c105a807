import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createCapture } from "../pipeline/monitoring/captures.ts";
import { parseS3Uri, readText } from "../../pipeline/s3.ts";
import { until } from "../local/sagemaker/fixture.ts";
import type { ActionRun } from "./run-action.ts";
import { openStand, type Stand } from "./stand.ts";

const environment = "refusals";

let stand: Stand;
let datasetUri: string;
/** Of a training that fails, and of a model that has 18 of 20 test pictures right. */
let failed: ActionRun;
let evaluated: ActionRun;
let trainingJobName: string;

beforeAll(async () => {
  stand = await openStand();
  const staged = await stand.run("stage-data", { environment, dataset: "mixed" });
  datasetUri = staged.outputs["dataset-uri"] ?? "";
  const inputs = { environment, "dataset-uri": datasetUri };
  const evaluate = async () => {
    const { outputs } = await stand.run("train-model", { ...inputs, wait: false });
    trainingJobName = outputs["training-job-name"] ?? "";
    await until(async () => (await job(trainingJobName)).TrainingJobStatus === "Completed");
    return stand.run("evaluate-model", { ...inputs, "training-job-name": trainingJobName });
  };
  [failed, evaluated] = await Promise.all([
    stand.run("train-model", { ...inputs, hyperparameters: "{ act: fail }" }),
    evaluate(),
  ]);
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const messages = ({ annotations }: ActionRun) => annotations.map(({ message }) => message);

/** What a run that fails says about it. */
async function complaint(...args: Parameters<Stand["run"]>): Promise<string | undefined> {
  const [name, inputs, options] = args;
  const ran = await stand.run(name, { environment, ...inputs }, options);
  expect({ code: ran.code, annotations: ran.annotations.length }).toEqual({
    code: 1,
    annotations: 1,
  });
  return messages(ran)[0];
}

async function job(TrainingJobName: string | undefined) {
  return stand.aws.clients.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
}

test("a failed training job's FailureReason stands in the annotation and the summary", () => {
  expect(failed).toMatchObject({ code: 1, outputs: { adopted: "false" } });
  expect(failed.summary).toContain("ended Failed: ClientError: the pictures are upside down");
  expect(messages(failed)).toEqual([
    expect.stringMatching(
      /^Training job scones-refusals-\w+ ended Failed: ClientError: the pictures are upside down/,
    ),
  ]);
});

test("inputs beat pipeline.yaml, and pipeline.yaml beats the defaults", async () => {
  const { outputs } = await stand.run("train-model", {
    environment,
    "dataset-uri": datasetUri,
    "instance-types": "ml.g4dn.xlarge\nml.g5.xlarge",
    spot: false,
    "max-runtime-minutes": 7,
    wait: false,
  });
  expect(await job(outputs["training-job-name"])).toMatchObject({
    ResourceConfig: { InstanceType: "ml.g4dn.xlarge", VolumeSizeInGB: 30 },
    EnableManagedSpotTraining: false,
    StoppingCondition: { MaxRuntimeInSeconds: 420 },
    HyperParameters: { act: "learn" },
  });
});

test("retrain trains anew, once a run of the workflow", async () => {
  // Of its own: a newer run keeps older ones off the environment that it works on.
  const inputs = {
    environment: "retrained",
    "dataset-uri": datasetUri,
    wait: false,
    retrain: true,
  };
  const names: (string | undefined)[] = [];
  const adopted: (string | undefined)[] = [];
  for (const [GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT] of [
    ["5001", "1"],
    ["5001", "2"],
    ["5002", "1"],
  ] as const) {
    const { outputs } = await stand.run("train-model", inputs, {
      environment: { GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT },
    });
    names.push(outputs["training-job-name"]);
    adopted.push(outputs["adopted"]);
  }
  expect(adopted).toEqual(["false", "false", "false"]);
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});

test("a closed gate fails with the numbers, its outputs and summary there all the same", async () => {
  const { "evaluation-uri": uri = "", "model-package-arn": arn = "" } = evaluated.outputs;
  const inputs = { environment, "evaluation-uri": uri, "model-package-arn": arn };
  const line = "18/20 = 90.0% (69.9–97.2), needs 19: closed, 1 short";
  const closed = await stand.run("gate-deployment", inputs);
  expect(closed.code).toBe(1);
  expect(messages(closed)).toEqual([
    "The gate is closed: 18/20 = 90.0% of the test pictures right, 1 short of 19. Nothing is deployed.",
  ]);
  expect(closed.outputs).toEqual({
    approved: "false",
    required: "19",
    correct: "18",
    total: "20",
    line,
    "champion-line": "No model is known to serve: there is none to compare with.",
  });
  expect(closed.summary).toContain(line);
  const tolerated = await stand.run("gate-deployment", { ...inputs, "fail-on-closed": false });
  expect(tolerated.code).toBe(0);
  expect(tolerated.outputs).toEqual(closed.outputs);
  expect(tolerated.annotations).toEqual([{ level: "notice", message: `Gate: ${line}` }]);
  const { ModelApprovalStatus } = await stand.aws.clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: arn }),
  );
  expect(ModelApprovalStatus).toBe("Rejected");
  expect(await complaint("deploy-endpoint", { "model-package-arn": arn })).toMatch(
    /is Rejected: only an Approved one is deployed. 18\/20/,
  );
});

test("drift fails the step where that is asked for, with its outputs and summary", async () => {
  const [day = "", hour = ""] = new Date().toISOString().split(/[T:]/);
  const captures = Array.from({ length: 20 }, (_, number) =>
    createCapture({
      eventId: `event-${number}`,
      inferenceTime: new Date().toISOString(),
      data: "[0.5,0.5]",
    }),
  );
  await stand.aws.clients.s3.send(
    new PutObjectCommand({
      Bucket: stand.aws.bucket,
      Key: `scones/captures/refusals/${trainingJobName}/scones-refusals/AllTraffic/${day.replaceAll("-", "/")}/${hour}/a.jsonl`,
      Body: captures.join("\n"),
    }),
  );
  const drifted = await stand.run("monitor-endpoint", {
    environment,
    "evaluation-uri": evaluated.outputs["evaluation-uri"] ?? "",
    "fail-on-drift": true,
  });
  expect(drifted.code).toBe(1);
  expect(drifted.outputs).toMatchObject({ verdict: "drift", records: "20" });
  const features = drifted.outputs["drifted-features"] ?? "";
  expect(features).toContain("confidence");
  expect(messages(drifted)).toEqual([
    expect.stringMatching(
      `^Endpoint scones-refusals has drifted in ${features} since \\S+Z: see s3://`,
    ),
  ]);
  expect(drifted.summary).toContain("drift");
});

test("an evaluation that was altered, or is nobody's, neither verifies nor monitors anything", async () => {
  const { s3 } = stand.aws.clients;
  const uri = evaluated.outputs["evaluation-uri"] ?? "";
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const text = (await readText(s3, Bucket, Key)) ?? "";
  const put = (body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: body }));
  const inputs = { "evaluation-uri": uri };
  const rest = { "dataset-uri": datasetUri, "state-machine-arn": "none", "endpoint-name": "none" };
  try {
    await put(text.replace('"correct":18', '"correct":20'));
    const altered = /evaluation\.json was altered: its SHA-256 is .* Run evaluate-model again\.$/;
    expect(await complaint("monitor-endpoint", inputs)).toMatch(altered);
    expect(await complaint("verify-deployment", { ...inputs, ...rest })).toMatch(altered);
    await put(text.replaceAll(trainingJobName, "scones-refusals-another"));
    expect(await complaint("monitor-endpoint", inputs)).toMatch(/no model package: it was altered/);
  } finally {
    await put(text);
  }
});

test("a dataset-uri where nothing is staged says which step stages", async () => {
  const uri = `s3://${stand.aws.bucket}/scones/refusals/datasets/none/`;
  expect(await complaint("train-model", { "dataset-uri": uri })).toBe(
    `No dataset is staged at ${uri}: its manifest.json is missing. Run stage-data.`,
  );
});

test.each([
  ["stage-data", { bucket: "scones-absent" }],
  ["train-model", { "dataset-uri": "s3://scones-absent/scones/refusals/datasets/1/" }],
])("%s names the bucket that is absent", async (name, inputs) => {
  expect(await complaint(name, inputs)).toMatch(
    /^The bucket scones-absent does not exist: make it with cloudformation\/bootstrap.yaml/,
  );
});

test("a training job that is not there is named", async () => {
  const inputs = { "dataset-uri": datasetUri, "training-job-name": "scones-refusals-0" };
  expect(await complaint("evaluate-model", inputs)).toMatch(
    /^There is no training job scones-refusals-0 .* Run train-model first.$/,
  );
});

test("a role that may not be passed is named with the permission, and no job is made", async () => {
  const inputs = {
    environment: "other",
    "dataset-uri": datasetUri,
    "execution-role-arn": "arn:aws:iam::000000000000:role/another",
  };
  expect(await complaint("train-model", inputs)).toMatch(
    /^Training job scones-other-\w+ was refused: .* iam:PassRole on resource: \S+role\/another .* The role lacks this permission/,
  );
  const { TrainingJobSummaries } = await stand.aws.clients.sagemaker.send(
    new ListTrainingJobsCommand({ NameContains: "scones-other-" }),
  );
  expect(TrainingJobSummaries).toEqual([]);
});

test("an environment that nothing serves has nothing to monitor, which is no failure", async () => {
  const { code, outputs, annotations } = await stand.run("monitor-endpoint", {
    environment: "idle",
  });
  expect({ code, outputs }).toEqual({
    code: 0,
    outputs: { verdict: "insufficient data", records: "0", "new-labels": "0" },
  });
  expect(annotations).toEqual([
    {
      level: "notice",
      message: "No endpoint scones-idle serves: there is nothing to monitor.",
    },
  ]);
});
