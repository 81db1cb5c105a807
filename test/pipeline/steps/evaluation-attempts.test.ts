import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { DescribeTransformJobCommand, ListModelPackagesCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { evaluateModel } from "../../../pipeline/steps/evaluate-model.ts";
import { bucket, keys, until } from "../../local/sagemaker/fixture.ts";
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

test("a cancelled evaluation stops its transform job, and the next run tries anew", async () => {
  const slow = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, "slow"]));
  const input = await createInput(stand, "cancelled", slow);
  const cancel = new AbortController();
  const running = evaluateModel({ ...stand.context, signal: cancel.signal }, config, input);
  const failure = running.then(() => "none", String);
  const name = "job-cancelled-cancelled0";
  await until(async () => stand.lines.some((line) => line.includes(name)));
  const cancelled = Date.now();
  cancel.abort(new Error("Ctrl-C"));
  expect(await failure).toMatch(/abort/);
  expect(Date.now() - cancelled).toBeLessThan(5000);
  expect(stand.lines).toContain(`cancelled: transform job ${name} is being stopped`);
  expect(["Stopping", "Stopped"]).toContain(await statusOf(name));

  await createInput(stand, "cancelled");
  const { transformJobName } = await evaluateModel(stand.context, config, input);
  expect(transformJobName).toBe(`${name}-2`);
});

test("when its time is over the step says how to go on, and a rerun adopts the job", async () => {
  const input = await createInput(stand, "late", { 0: "slow" });
  const hasty = { ...input, timeoutMs: 60 };
  await expect(evaluateModel(stand.context, config, hasty)).rejects.toThrow(
    "Transform job job-late-late000000 did not finish within 0 s. It goes on: run the step again",
  );
  // The slow container's answer is no probabilities.
  await expect(evaluateModel(stand.context, config, input)).rejects.toThrow(
    /picture_0\.png\.out is no list of probabilities: "late"/,
  );
  const adopted =
    /^transform job job-late-late000000 is there \((InProgress|Completed)\): adopted$/;
  expect(stand.lines).toContainEqual(expect.stringMatching(adopted));
});

test("a job that takes longer than it may is stopped, and the next run tries anew", async () => {
  const input = await createInput(stand, "endless", { 0: "slow" });
  const hasty = { ...config, evaluation: { ...config.evaluation, maxRuntimeMinutes: 0.001 } };
  const name = "job-endless-endless000";
  await expect(evaluateModel(stand.context, hasty, input)).rejects.toThrow(
    `Transform job ${name} took longer than evaluation.maxRuntimeMinutes (0.001) and is being stopped, at `,
  );
  expect(["Stopping", "Stopped"]).toContain(await statusOf(name));
  await createInput(stand, "endless");
  const { transformJobName } = await evaluateModel(stand.context, config, input);
  expect(transformJobName).toBe(`${name}-2`);
});

test("a completed job whose answers were deleted is not adopted", async () => {
  const { fixture, context } = stand;
  const input = await createInput(stand, "emptied");
  const first = await evaluateModel(context, config, input);
  for (const Key of await keys(fixture, folder(first.transformJobName))) {
    await fixture.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  }
  const second = await evaluateModel(context, config, input);
  expect(second.transformJobName).toBe(`${first.transformJobName}-2`);
  expect(await keys(fixture, `${folder(second.transformJobName)}predictions/`)).toHaveLength(10);
});

test("of two evaluations at once one creates, the other adopts", async () => {
  const input = await createInput(stand, "both");
  const [one, other] = await Promise.all([
    evaluateModel(stand.context, config, input),
    evaluateModel(stand.context, config, input),
  ]);
  expect(one.transformJobName).toBe("job-both-both000000");
  expect(other.transformJobName).toBe("job-both-both000000");
});
