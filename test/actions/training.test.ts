import {
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../local/sagemaker/fixture.ts";
import { chainIn } from "./chain.ts";
import { openStand, type Stand } from "./stand.ts";

const environment = "chain";

let stand: Stand;
const { outputs, of, step } = chainIn(environment, () => stand);

beforeAll(async () => {
  stand = await openStand();
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

test("stage-data stages what pipeline.yaml names, and the second time sends nothing", async () => {
  const staged = await step("stage-data", {});
  const hash = staged.outputs["dataset-hash"] ?? "";
  expect(staged.outputs).toEqual({
    "dataset-uri": `s3://${stand.aws.bucket}/scones/chain/datasets/${hash}/`,
    "dataset-hash": expect.stringMatching(/^[0-9a-f]{16}$/),
    "train-count": "27",
    "validation-count": "3",
    "test-count": "30",
  });
  expect(staged.summary).toContain("| 27 | 3 | 30 | 60 |");
  const again = await step("stage-data", {}, 2);
  expect(again.outputs).toEqual(staged.outputs);
  expect(again.log).toBe(
    `s3://${stand.aws.bucket}/scones/chain/datasets/${hash}/ is staged already`,
  );
});

test("train-model starts the training and returns", async () => {
  const started = await step("train-model", { ...of("dataset-uri"), wait: false });
  expect(started.outputs).toEqual({
    "training-job-name": expect.stringMatching(/^scones-chain-[0-9a-f]{10}$/),
    "training-job-status": "InProgress",
    adopted: "false",
  });
  const TrainingJobName = started.outputs["training-job-name"];
  await until(async () => {
    const { TrainingJobStatus } = await stand.aws.clients.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName }),
    );
    return TrainingJobStatus === "Completed";
  });
});

test("a later job's train-model, a second attempt, waits for that very job", async () => {
  const name = outputs["training-job-name"];
  const trained = await step("train-model", of("dataset-uri"), 2);
  expect(trained.outputs).toEqual({
    "training-job-name": name,
    "training-job-status": "Completed",
    "model-data-url": `s3://${stand.aws.bucket}/scones/chain/training/${name}/output/model.tar.gz`,
    "training-seconds": expect.stringMatching(/^\d+$/),
    "billable-seconds": expect.stringMatching(/^\d+$/),
    "validation-accuracy": "0.95",
    adopted: "false",
  });
  expect(trained.summary).toContain(`<code>${name}</code>`);
});

test("an evaluation that takes too long fails, and says how to resume", async () => {
  const trained = { ...of("dataset-uri"), ...of("training-job-name") };
  const inputs = { environment, ...trained, "timeout-minutes": 0.0001 };
  const late = await stand.run("evaluate-model", inputs);
  const [, name = ""] = /transform job (\S+) on/.exec(late.log) ?? [];
  expect(late.code).toBe(1);
  expect(late.annotations.map(({ message }) => message)).toEqual([
    `Transform job ${name} did not finish within 0 s. It goes on: run the step again and it is adopted.`,
  ]);
  await until(async () => {
    const { TransformJobStatus } = await stand.aws.clients.sagemaker.send(
      new DescribeTransformJobCommand({ TransformJobName: name }),
    );
    return TransformJobStatus === "Completed";
  });
});

test("evaluate-model, run again, adopts the batch transform and registers the model", async () => {
  const {
    log,
    outputs: made,
    summary,
  } = await step("evaluate-model", {
    ...of("dataset-uri"),
    ...of("training-job-name"),
  });
  const transform = made["transform-job-name"];
  expect(log).toContain(`transform job ${transform} is there (Completed): adopted`);
  expect(made).toEqual({
    "evaluation-uri": `s3://${stand.aws.bucket}/scones/chain/evaluations/${transform}/evaluation.json`,
    "html-uri": `s3://${stand.aws.bucket}/scones/chain/evaluations/${transform}/report.html`,
    "model-package-arn": expect.stringMatching(/:model-package\/scones-chain\/1$/),
    "transform-job-name": expect.stringContaining(`${outputs["training-job-name"]}-`),
    accuracy: "1.0000",
    correct: "20",
    total: "20",
  });
  expect(summary).toContain("**20 of 20 test pictures right: 100.0%**");
  expect(summary).toContain("| of anything else | 0 of 10 pass where 95% of the vehicles are kept");
});

test("gate-deployment opens, and says so in a notice", async () => {
  const evaluated = { ...of("evaluation-uri"), ...of("model-package-arn") };
  const gate = await step("gate-deployment", evaluated);
  const line = "20/20 = 100.0% (83.9–100.0), needs 19: open";
  expect(gate.outputs).toEqual({
    approved: "true",
    required: "19",
    correct: "20",
    total: "20",
    line,
    "champion-line": "No model is known to serve: there is none to compare with.",
  });
  expect(gate.annotations).toEqual([{ level: "notice", message: `Gate: ${line}` }]);
  expect(gate.summary).toContain(line);
  const registered = await stand.aws.clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: outputs["model-package-arn"] }),
  );
  expect(registered).toMatchObject({
    ModelApprovalStatus: "Approved",
    CustomerMetadataProperties: { commit: "0123456789abcdef0123456789abcdef01234567" },
  });
});
