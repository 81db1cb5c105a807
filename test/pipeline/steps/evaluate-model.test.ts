import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeModelPackageCommand,
  DescribeTransformJobCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { evaluateModel } from "../../../pipeline/steps/evaluate-model.ts";
import { bucket, get, keys, until } from "../../local/sagemaker/fixture.ts";
import { createInput, openStand, type Stand } from "./evaluation-stand.ts";

const config = parseConfig("environment: test");
const folder = (job: string) => `scones/test/evaluations/${job}/`;

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

const statusOf = async (name: string) => {
  const command = new DescribeTransformJobCommand({ TransformJobName: name });
  return (await stand.fixture.sagemaker.send(command)).TransformJobStatus;
};

test("a model is measured on every test picture and registered, pending approval", async () => {
  const { fixture, context } = stand;
  const input = await createInput(stand, "whole");
  const made = await evaluateModel(context, config, { ...input, run: "run-1" });
  expect(made).toMatchObject({
    modelName: "job-whole",
    transformJobName: "job-whole-whole00000",
    evaluationUri: `s3://${bucket}/${folder("job-whole-whole00000")}evaluation.json`,
    evaluation: { correct: 9, total: 10, datasetHash: "whole00000000000" },
  });
  const stored = await get(fixture, `${folder(made.transformJobName)}evaluation.json`);
  expect(JSON.parse(stored.toString())).toEqual(made.evaluation);

  const registered = await fixture.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: made.modelPackageArn }),
  );
  expect(registered).toMatchObject({
    ModelApprovalStatus: "PendingManualApproval",
    ModelPackageGroupName: "scones-test",
    CustomerMetadataProperties: {
      trainingJobName: "job-whole",
      datasetHash: "whole00000000000",
      accuracy: "0.9000",
      correct: "9",
      total: "10",
      seed: "1",
    },
    InferenceSpecification: { Containers: [{ ModelDataUrl: input.modelDataUrl }] },
  });
  const statistics = registered.ModelMetrics?.ModelQuality?.Statistics?.S3Uri ?? "";
  const metrics = await get(fixture, statistics.slice(`s3://${bucket}/`.length));
  expect(JSON.parse(metrics.toString())).toHaveProperty(
    "multiclass_classification_metrics.accuracy.value",
    0.9,
  );
});

test("what it makes carries the project's tags", async () => {
  const { sagemaker } = stand.fixture;
  const job = await sagemaker.send(
    new DescribeTransformJobCommand({ TransformJobName: "job-whole-whole00000" }),
  );
  const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn: job.TransformJobArn }));
  expect(Tags).toEqual([
    { Key: "scones:project", Value: "scones" },
    { Key: "scones:environment", Value: "test" },
    { Key: "scones:run", Value: "run-1" },
  ]);
});

test("a second evaluation finds the job and the package of the first", async () => {
  const { fixture, context } = stand;
  const input = await createInput(stand, "twice");
  const first = await evaluateModel(context, config, input);
  const second = await evaluateModel(context, config, input);
  expect(second).toEqual(first);
  const { ModelPackageSummaryList = [] } = await fixture.sagemaker.send(
    new ListModelPackagesCommand({ ModelPackageGroupName: "scones-test" }),
  );
  const same = ModelPackageSummaryList.filter((each) =>
    each.ModelPackageDescription?.includes("job-twice"),
  );
  expect(same).toHaveLength(1);
});

test("fault 32: a test picture without an answer fails the step by its name", async () => {
  const { fixture, context } = stand;
  const input = await createInput(stand, "hole");
  const { transformJobName } = await evaluateModel(context, config, input);
  const answers = await keys(fixture, `${folder(transformJobName)}predictions/`);
  expect(answers).toHaveLength(10);
  const lost = answers.find((key) => key.endsWith("picture_7.png.out"));
  await fixture.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: lost }));
  await expect(evaluateModel(context, config, input)).rejects.toThrow(
    "1 of 10 test pictures have no prediction by job-hole: test/picture_7.png",
  );
});

test("a picture that the container refuses fails the step, and the next run tries anew", async () => {
  const { fixture, context } = stand;
  const input = await createInput(stand, "refused", { 3: "refuse" });
  await expect(evaluateModel(context, config, input)).rejects.toThrow(
    /Transform job job-refused-refused000 ended Failed: ClientError.*Run again/,
  );
  await createInput(stand, "refused");
  const { transformJobName } = await evaluateModel(context, config, input);
  expect(transformJobName).toBe("job-refused-refused000-2");
  expect(await keys(fixture, `${folder(transformJobName)}predictions/`)).toHaveLength(10);
});

test("a second attempt's name stays within SageMaker's 63 characters", async () => {
  const { context } = stand;
  const input = await createInput(stand, "long", { 3: "refuse" });
  const long = { ...input, trainingJobName: "j".repeat(52) };
  await expect(evaluateModel(context, config, long)).rejects.toThrow(/ended Failed/);
  await createInput(stand, "long");
  const { transformJobName } = await evaluateModel(context, config, long);
  expect(transformJobName).toBe(`${"j".repeat(52)}-long0000-2`);
});

test("fault 31: a model that cannot be unpacked fails the step with SageMaker's reason", async () => {
  const input = await createInput(stand, "broken");
  const broken = { ...input, modelDataUrl: `s3://${bucket}/models/nothing.tar.gz` };
  await expect(evaluateModel(stand.context, config, broken)).rejects.toThrow(
    /ended Failed: .*model data archive/,
  );
});

test("a model of the same name with another artifact is not measured in its place", async () => {
  const input = await createInput(stand, "other");
  await evaluateModel(stand.context, config, input);
  const changed = { ...input, modelDataUrl: `s3://${bucket}/models/whole.tar.gz` };
  await expect(evaluateModel(stand.context, config, changed)).rejects.toThrow(
    /Model job-other exists with s3:.*other\.tar\.gz, not with .*whole\.tar\.gz/,
  );
});

test("fault 53: a cancelled evaluation stops its transform job, and the next run tries anew", async () => {
  const slow = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, "slow"]));
  const input = await createInput(stand, "cancelled", slow);
  const cancel = new AbortController();
  const running = evaluateModel({ ...stand.context, signal: cancel.signal }, config, input);
  const failed = expect(running).rejects.toThrow("Ctrl-C");
  const name = "job-cancelled-cancelled0";
  await until(async () => stand.lines.some((line) => line.includes(name)));
  const cancelled = Date.now();
  cancel.abort(new Error("Ctrl-C"));
  await failed;
  expect(Date.now() - cancelled).toBeLessThan(5000);
  expect(stand.lines).toContain(`cancelled: transform job ${name} is being stopped`);
  expect(["Stopping", "Stopped"]).toContain(await statusOf(name));

  await createInput(stand, "cancelled");
  const { transformJobName } = await evaluateModel(stand.context, config, input);
  expect(transformJobName).toBe(`${name}-2`);
});

test("fault 56: of two evaluations at once one creates, the other adopts", async () => {
  const input = await createInput(stand, "both", { 0: "slow" });
  const [one, other] = await Promise.all([
    evaluateModel(stand.context, config, input).catch(String),
    evaluateModel(stand.context, config, input).catch(String),
  ]);
  expect(typeof one === "object" && one.transformJobName).toBe("job-both-both000000");
  expect(typeof other === "object" && other.transformJobName).toBe("job-both-both000000");
});
