import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { DescribeModelPackageCommand, UpdateModelPackageCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import type { GateDecision } from "../../../pipeline/evaluation/gate-decision.ts";
import { sha256 } from "../../../pipeline/s3.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { evaluateModel } from "../../../pipeline/steps/evaluate-model.ts";
import { gateDeployment } from "../../../pipeline/steps/gate-deployment.ts";
import { bucket, get, put, putModel } from "../../local/sagemaker/fixture.ts";
import { createInput, openStand, type Stand } from "./evaluation-stand.ts";

const config = parseConfig("environment: test");
/** Nine of ten are right: enough for this gate, which pipeline.yaml would not take. */
const low = { ...config, gate: { accuracy: 0.9, maxRegression: 0 } };

let stand: Stand;
let measured: Evaluated;

beforeAll(async () => {
  stand = await openStand();
  measured = await evaluated("measured");
});

afterAll(() => stand[Symbol.asyncDispose]());

async function evaluated(name: string) {
  const input = await createInput(stand, name);
  const made = await evaluateModel(stand.context, config, input);
  const file = made.evaluationUri.slice(`s3://${bucket}/`.length);
  return { ...made, input, archive: `models/${name}.tar.gz`, file };
}

type Evaluated = Awaited<ReturnType<typeof evaluated>>;

const packageOf = (ModelPackageName: string) =>
  stand.fixture.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));

test("the verdict and its reason stand in the model package", async () => {
  const { modelPackageArn } = measured;
  const strict = await gateDeployment(stand.context, config, measured);
  expect(strict.line).toBe("9/10 = 90.0% (59.6–98.2), needs 10: closed, 1 short");
  expect(await packageOf(modelPackageArn)).toMatchObject({
    ModelApprovalStatus: "Rejected",
    ApprovalDescription: "9/10 = 90.0% of the test pictures right, 1 short of 10.",
  });
  const open = await gateDeployment(stand.context, low, measured);
  expect(open.championLine).toBe("No model is known to serve: there is none to compare with.");
  expect(stand.lines).toContain(open.championLine);
  expect(await packageOf(modelPackageArn)).toMatchObject({ ModelApprovalStatus: "Approved" });
});

test("the package of the model that serves is not rejected by a stricter gate, but where it was altered", async () => {
  const scope = { ...low, environment: "serves" };
  const input = await createInput(stand, "serving");
  const made = await evaluateModel(stand.context, scope, input);
  await gateDeployment(stand.context, scope, made);
  await deployEndpoint(stand.context, scope, { ...made, bucket, pollIntervalMs: 25 });
  const stricter = { ...scope, gate: config.gate };
  const decision = await gateDeployment(stand.context, stricter, made);
  expect(decision).toMatchObject({
    approved: false,
    championLine: "job-serving serves already: not compared.",
  });
  expect(stand.lines).toContain("job-serving serves: its model package stays as it is");
  expect(await packageOf(made.modelPackageArn)).toMatchObject({ ModelApprovalStatus: "Approved" });
  await putModel(stand.fixture, "models/serving.tar.gz", { answer: [0.25, 0.75] });
  expect(
    await verdict({ ...made, decision: await gateDeployment(stand.context, scope, made) }),
  ).toEqual(closed("models/serving.tar.gz was altered: "));
});

const gone = (key: string) =>
  stand.fixture.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));

type Alter = (key: string, whole: Buffer) => Promise<unknown>;

const cutOff: Alter = (key, whole) => put(stand.fixture, key, whole.subarray(0, -20));

test.each<[string, Alter, string]>([
  ["missing", gone, "is missing."],
  ["empty", (key) => put(stand.fixture, key, Buffer.alloc(0)), "is empty."],
  [
    "no gzip archive",
    (key) => put(stand.fixture, key, "no archive"),
    "is corrupt: it is no gzip archive.",
  ],
  ["cut off", cutOff, "was altered: "],
  [
    "another model",
    (key) => putModel(stand.fixture, key, { answer: [0.25, 0.75] }),
    "was altered: ",
  ],
])("a model.tar.gz that is %s since it was measured closes the gate", async (...row) => {
  const [, alter, reason] = row;
  expect(await verdict(await altered(measured, measured.archive, alter))).toEqual(
    closed(`models/measured.tar.gz ${reason}`),
  );
});

/** The evaluation as it would be had nothing been wrong. */
const flattered = (whole: Buffer) =>
  JSON.stringify({ ...(JSON.parse(whole.toString()) as object), correct: 10, accuracy: 1 });

test.each<[string, Alter, string]>([
  ["missing", gone, "There is no evaluation at s3://pictures/scones/test/evaluations/"],
  ["cut off", cutOff, "/evaluation.json was altered: its SHA-256 is "],
  [
    "flattering",
    (key, whole) => put(stand.fixture, key, flattered(whole)),
    "/evaluation.json was altered: its SHA-256 is ",
  ],
])("an evaluation.json that is %s closes the gate", async (_, alter, reason) => {
  expect(await verdict(await altered(measured, measured.file, alter))).toEqual(closed(reason));
});

test("what was altered opens the gate again once it is brought back", async () => {
  expect((await gateDeployment(stand.context, low, measured)).approved).toBe(true);
});

test("counts that do not fit close the gate, whatever the package says", async () => {
  const made = await evaluated("misfit");
  const text = flattered(await get(stand.fixture, made.file));
  await put(stand.fixture, made.file, text);
  await stand.fixture.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: made.modelPackageArn,
      CustomerMetadataProperties: { evaluationSha256: sha256(text) },
    }),
  );
  const decision = await gateDeployment(stand.context, low, made);
  expect(await verdict({ ...made, decision })).toEqual(
    closed(
      "The evaluation of job-misfit is not whole: 10 correct of 10, accuracy 1, 9 of 10 predictions right.",
    ),
  );
});

test("an evaluation of another model opens nothing for this one", async () => {
  const other = await evaluated("other");
  const mixed = { ...other, evaluationUri: measured.evaluationUri };
  const decision = await gateDeployment(stand.context, low, mixed);
  expect(await verdict({ ...other, decision })).toEqual(
    closed(`${measured.evaluationUri} is not the evaluation of ${other.modelPackageArn}`),
  );
});

test("a model that was measured on drawn pictures is rejected, unless the configuration asks for them", async () => {
  const input = await createInput(stand, "drawn");
  const manifest = { ...input.dataset.manifest, source: "drawn" };
  const dataset = { ...input.dataset, manifest };
  const made = await evaluateModel(stand.context, config, { ...input, dataset });
  await gateDeployment(stand.context, low, made);
  expect(await packageOf(made.modelPackageArn)).toMatchObject({
    ModelApprovalStatus: "Rejected",
    ApprovalDescription: expect.stringMatching(/^9\/10 .* They are drawn pictures/),
  });
  const asked = { ...low, dataset: { ...low.dataset, source: "drawn" } };
  expect((await gateDeployment(stand.context, asked, made)).approved).toBe(true);
});

test("an evaluation that was lost is made anew by evaluate-model", async () => {
  await gone(measured.file);
  await evaluateModel(stand.context, config, measured.input);
  expect((await gateDeployment(stand.context, low, measured)).approved).toBe(true);
});

test("a model that was altered is not measured anew by its old transform job", async () => {
  await putModel(stand.fixture, measured.archive, { answer: [0.25, 0.75] });
  await expect(evaluateModel(stand.context, config, measured.input)).rejects.toThrow(
    /models\/measured\.tar\.gz was altered/,
  );
});

/** What the gate says while an object is altered; afterwards it is as it was. */
async function altered(made: Evaluated, key: string, alter: Alter) {
  const whole = await get(stand.fixture, key);
  await alter(key, whole);
  const decision = await gateDeployment(stand.context, low, made);
  await put(stand.fixture, key, whole);
  return { ...made, decision };
}

/** A decision, and what stands in the package after it. */
async function verdict({
  decision,
  modelPackageArn,
}: Pick<Evaluated, "modelPackageArn"> & { decision: GateDecision }) {
  const { ModelApprovalStatus, ApprovalDescription } = await packageOf(modelPackageArn);
  return { decision, ModelApprovalStatus, ApprovalDescription };
}

/** The verdict where nothing is proven. */
function closed(why: string) {
  const reason = expect.stringContaining(why) as unknown;
  const line = expect.stringMatching(/^closed, nothing is proven: /) as unknown;
  return {
    decision: expect.objectContaining({ approved: false, reason, line }) as unknown,
    ModelApprovalStatus: "Rejected",
    ApprovalDescription: reason,
  };
}
