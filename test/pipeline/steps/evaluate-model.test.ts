import { createHash } from "node:crypto";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeModelPackageCommand,
  DescribeTransformJobCommand,
  ListTagsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { readBaseline } from "../../../pipeline/monitoring/baseline.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { evaluateModel } from "../../../pipeline/steps/evaluate-model.ts";
import { sha256 } from "../../../pipeline/s3.ts";
import { bucket, get, keys, put, putModel, until } from "../../local/sagemaker/fixture.ts";
import { createInput, openStand, type Stand } from "./evaluation-stand.ts";

const config = parseConfig("environment: test");
const folder = (job: string) => `scones/test/evaluations/${job}/`;

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

test("a model is measured on every test picture and registered, pending approval", async () => {
  const { fixture, context } = stand;
  const input = await createInput(stand, "whole");
  const made = await evaluateModel(context, config, { ...input, run: "run-1", commit: "0a1b2c" });
  expect(made).toMatchObject({
    transformJobName: "job-whole-whole00000",
    evaluationUri: `s3://${bucket}/${folder("job-whole-whole00000")}evaluation.json`,
    evaluation: { correct: 9, total: 10, datasetHash: "whole00000000000" },
  });
  const stored = await get(fixture, `${folder(made.transformJobName)}evaluation.json`);
  expect(JSON.parse(stored.toString())).toEqual(made.evaluation);

  const archive = await get(fixture, "models/whole.tar.gz");
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
      commit: "0a1b2c",
      evaluationUri: made.evaluationUri,
      evaluationSha256: sha256(stored.toString()),
      modelETag: createHash("md5").update(archive).digest("hex"),
      modelBytes: String(archive.length),
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

test("the evaluation leaves the baseline of the monitor, in Model Monitor's files beside it", async () => {
  const input = await createInput(stand, "looked", {});
  for (const [number, { key }] of input.dataset.manifest.test.entries()) {
    const noise = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (at * (number + 7)) % 251);
    if (number > 0) await put(stand.fixture, input.dataset.prefix + key, encodePng(noise, 8, 8));
  }
  const { evaluationUri, baseline } = await evaluateModel(stand.context, config, input);
  expect(await readBaseline(stand.context, evaluationUri)).toEqual(baseline);
  const { statistics, constraints } = baseline;
  expect(statistics.dataset).toEqual({ item_count: 10 });
  const brightness = statistics.features.find(({ name }) => name === "brightness");
  expect(brightness?.numerical_statistics?.common).toEqual({ num_present: 9, num_missing: 1 });
  expect(constraints.features).toContainEqual({
    name: "brightness",
    inferred_type: "Fractional",
    completeness: 0.9,
    num_constraints: { is_non_negative: true },
  });
  expect(constraints.features).toContainEqual({
    name: "predicted_class",
    inferred_type: "String",
    completeness: 1,
    string_constraints: { domains: ["bicycle", "motorcycle"] },
  });
});

test("an evaluation without a baseline, or with a cut-off one, says to evaluate again", async () => {
  const evaluations = `s3://${bucket}/evaluations`;
  await expect(readBaseline(stand.context, `${evaluations}/none/evaluation.json`)).rejects.toThrow(
    /none\/evaluation\.json has no baseline beside it.*Run evaluate-model again/,
  );
  await put(stand.fixture, "evaluations/cut/baseline/statistics.json", '{"version": 0, "feat');
  await expect(readBaseline(stand.context, `${evaluations}/cut/evaluation.json`)).rejects.toThrow(
    /baseline\/statistics\.json was cut off or altered/,
  );
});

test("a dataset whose file name AWS would not take as metadata is registered all the same", async () => {
  const input = await createInput(stand, "name");
  const manifest = { ...input.dataset.manifest, source: "our pictures (1) & more.tar.gz" };
  const dataset = { ...input.dataset, manifest };
  const { modelPackageArn } = await evaluateModel(stand.context, config, { ...input, dataset });
  const { CustomerMetadataProperties: metadata } = await stand.fixture.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }),
  );
  expect(metadata?.["datasetSource"]).toBe("our pictures _1_ _ more.tar.gz");
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

test("a test picture without an answer fails the step by its name", async () => {
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

test("a model that is missing or corrupt fails the step with SageMaker's reason", async () => {
  const missing = {
    ...(await createInput(stand, "missing")),
    modelDataUrl: `s3://${bucket}/models/nothing.tar.gz`,
  };
  await expect(evaluateModel(stand.context, config, missing)).rejects.toThrow(
    /Model job-missing was refused: Could not access model data at .*nothing\.tar\.gz/,
  );
  const corrupt = await createInput(stand, "corrupt");
  await put(stand.fixture, "models/corrupt.tar.gz", "no archive");
  await expect(evaluateModel(stand.context, config, corrupt)).rejects.toThrow(
    /Transform job job-corrupt-corrupt000 ended Failed: .*model data archive/,
  );
});

test("a model that was altered after an earlier run's transform job is not registered by its answers", async () => {
  const { context, fixture } = stand;
  const input = await createInput(stand, "swapped");
  const cancel = new AbortController();
  const line = (text: string) => {
    if (text.includes("test pictures right")) cancel.abort(new Error("cut off"));
  };
  const cutOff = { ...context, signal: cancel.signal, progress: { ...context.progress, line } };
  await expect(evaluateModel(cutOff, config, input)).rejects.toThrow(/abort/i);
  const { TransformStartTime = new Date() } = await fixture.sagemaker.send(
    new DescribeTransformJobCommand({ TransformJobName: "job-swapped-swapped000" }),
  );
  // S3's time of an object has whole seconds.
  await until(() => Promise.resolve(Date.now() - TransformStartTime.getTime() > 1000));
  await putModel(fixture, "models/swapped.tar.gz", { answer: [1, 0] });
  await expect(evaluateModel(context, config, input)).rejects.toThrow(
    /swapped\.tar\.gz was altered at .*, after its transform job had begun/,
  );
});

test("a package keeps the first commit, and follows the newest measurement", async () => {
  const { context, fixture } = stand;
  const input = await createInput(stand, "kept");
  await evaluateModel(context, config, { ...input, commit: "first" });
  const { modelPackageArn } = await evaluateModel(context, config, { ...input, commit: "second" });
  const { CustomerMetadataProperties } = await fixture.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }),
  );
  expect(CustomerMetadataProperties).toMatchObject({
    commit: "first",
    trainingJobName: "job-kept",
  });
});

test("a model of the same name with another artifact is not measured in its place", async () => {
  const input = await createInput(stand, "other");
  await evaluateModel(stand.context, config, input);
  const changed = { ...input, modelDataUrl: `s3://${bucket}/models/whole.tar.gz` };
  await expect(evaluateModel(stand.context, config, changed)).rejects.toThrow(
    /Model job-other exists with s3:.*other\.tar\.gz, not with .*whole\.tar\.gz/,
  );
});
