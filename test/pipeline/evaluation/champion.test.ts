import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import {
  DeleteEndpointCommand,
  DeleteModelCommand,
  DescribeModelPackageCommand,
  ListEndpointsCommand,
  ListModelPackagesCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import { servingBaseline } from "../../../pipeline/registry/serving-model.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import {
  type EvaluatedModel,
  type EvaluateModelInput,
  evaluateModel,
} from "../../../pipeline/steps/evaluate-model.ts";
import { gateDeployment } from "../../../pipeline/steps/gate-deployment.ts";
import { bucket, putModel, until } from "../../local/sagemaker/fixture.ts";
import { createInput, openStand, type Stand } from "../steps/evaluation-stand.ts";

/** Nine of ten are right where the model says bicycle, one where it says motorcycle. */
const BICYCLE = [0.75, 0.25];
const MOTORCYCLE = [0.25, 0.75];

/** A gate low enough for models that always answer the same. */
const config: Config = {
  ...parseConfig("environment: test"),
  gate: { accuracy: 0.1, maxRegression: 0 },
};

let stand: Stand;
let input: EvaluateModelInput;
/** Measured while nothing served; then `served` took its place at the endpoint. */
let early: EvaluatedModel;
let served: EvaluatedModel;

beforeAll(async () => {
  stand = await openStand();
  input = await createInput(stand, "served");
  early = await evaluateModel(stand.context, config, await another(input, "early", BICYCLE));
  served = await evaluateModel(stand.context, config, input);
  await gateDeployment(stand.context, config, served);
  await deployEndpoint(stand.context, config, { ...served, bucket, pollIntervalMs: 25 });
});

afterAll(() => stand[Symbol.asyncDispose]());

/** Another model over the test pictures of `of`. */
async function another(
  of: EvaluateModelInput,
  name: string,
  answer: readonly number[],
): Promise<EvaluateModelInput> {
  await putModel(stand.fixture, `models/${name}.tar.gz`, { answer: [...answer] });
  const modelDataUrl = `s3://${bucket}/models/${name}.tar.gz`;
  return { ...of, trainingJobName: `job-${name}`, modelDataUrl };
}

/** Evaluates and gates a model beside the one that serves. */
async function challenge(of: EvaluateModelInput) {
  const made = await evaluateModel(stand.context, config, of);
  return { made, decision: await gateDeployment(stand.context, config, made) };
}

const packageOf = (ModelPackageName: string) =>
  stand.fixture.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));

const remove = (uri: string) =>
  stand.fixture.s3.send(
    new DeleteObjectCommand({ Bucket: bucket, Key: uri.slice(`s3://${bucket}/`.length) }),
  );

test("a model that is worse than the one that serves is rejected with the comparison", async () => {
  const { made, decision } = await challenge(await another(input, "worse", MOTORCYCLE));
  expect(made.champion).toEqual({
    name: "job-served",
    evaluationUri: served.evaluationUri,
    evaluationSha256: served.evaluationSha256,
    reevaluated: false,
  });
  expect(decision).toMatchObject({
    approved: false,
    line: "1/10 = 10.0% (1.8–40.4), needs 9: closed, 8 short",
    reason:
      "1/10 = 10.0% of the test pictures right, 8 short of 9 as job-served has, which serves.",
    championLine:
      "job-served, which serves, has 9/10 right: 1 gained, 9 lost, 8 fewer, 0 allowed " +
      "(McNemar's exact test: p = 0.021).",
    comparison: { gained: ["test/picture_0.png"], bothRight: 0, bothWrong: 0 },
  });
  expect(decision.comparison?.lost).toHaveLength(9);
  expect(await packageOf(made.modelPackageArn)).toMatchObject({
    ModelApprovalStatus: "Rejected",
    ApprovalDescription: `${decision.reason} ${decision.championLine}`,
  });
  const lenient = { ...config, gate: { ...config.gate, maxRegression: 0.8 } };
  expect((await gateDeployment(stand.context, lenient, made)).approved).toBe(true);
});

test("a model that was measured before another came to serve is measured again, beside it", async () => {
  const closed = await gateDeployment(stand.context, config, early);
  expect(closed.reason).toBe(
    "job-served serves by now, and was not measured beside job-early. Run evaluate-model again.",
  );
  const { decision } = await challenge({
    ...input,
    trainingJobName: "job-early",
    modelDataUrl: `s3://${bucket}/models/early.tar.gz`,
  });
  expect(decision).toMatchObject({
    approved: true,
    championLine:
      "job-served, which serves, has 9/10 right: 0 gained, 0 lost, not worse (McNemar's exact test: p = 1.000).",
  });
});

test("a champion of other pictures is measured anew, registered no second time, and stays the monitor's baseline", async () => {
  const { context, fixture, lines } = stand;
  // AWS lets a model go while it serves.
  await fixture.sagemaker.send(new DeleteModelCommand({ ModelName: "job-served" }));
  const newer = await createInput(stand, "newer");
  const { made, decision } = await challenge(newer);
  expect(lines).toContain("job-served, which serves, was measured on other pictures: now on these");
  expect(made.champion).toMatchObject({ name: "job-served", reevaluated: true });
  expect(decision).toMatchObject({ approved: true, comparison: { championCorrect: 9 } });
  expect(decision.championLine).toMatch(
    /^job-served, which serves, has 9\/10 right \(measured anew: its own pictures were others\)/,
  );
  const { ModelPackageSummaryList: packages = [] } = await fixture.sagemaker.send(
    new ListModelPackagesCommand({ ModelPackageGroupName: "scones-test" }),
  );
  const descriptions = packages.map(({ ModelPackageDescription }) => ModelPackageDescription);
  expect(descriptions.filter((each) => each?.includes("job-served"))).toHaveLength(1);
  expect(await packageOf(served.modelPackageArn)).toMatchObject({
    ModelApprovalStatus: "Approved",
  });
  const baseline = await servingBaseline(context, config);
  expect(baseline?.evaluationUri).toBe(served.evaluationUri);
  expect((await evaluateModel(context, config, newer)).champion).toEqual(made.champion);
});

test("a champion of other classes is not compared, and that is said", async () => {
  const three = await createInput(stand, "three");
  const manifest = {
    ...three.dataset.manifest,
    classes: ["bicycle", "motorcycle", "scooter"],
  };
  const dataset = { ...three.dataset, manifest };
  const { decision } = await challenge(
    await another({ ...three, dataset }, "three", [0.5, 0.25, 0.25]),
  );
  expect(decision).toMatchObject({
    approved: true,
    championLine: "job-served, which serves, is not compared: it tells other classes apart.",
  });
});

test("a champion's evaluation that was lost is made anew; one lost before the gate closes it", async () => {
  await remove(served.evaluationUri);
  const { made, decision } = await challenge(await another(input, "rival", BICYCLE));
  expect(made.champion).toMatchObject({ reevaluated: false });
  expect(decision.comparison?.championCorrect).toBe(9);
  await remove(served.evaluationUri);
  const after = await gateDeployment(stand.context, config, made);
  expect(after.approved).toBe(false);
  expect(after.reason).toMatch(/^There is no evaluation at .*job-served/);
  await evaluateModel(stand.context, config, input);
});

test("a champion whose artifact is gone is compared on the pictures it was measured on, and on no others", async () => {
  await remove(input.modelDataUrl);
  const next = await challenge(await createInput(stand, "next"));
  expect(next.decision.championLine).toBe(
    "job-served, which serves, is not compared: its artifact is missing or altered.",
  );
  const same = await challenge(await another(input, "same", BICYCLE));
  expect(same.decision.comparison?.championCorrect).toBe(9);
});

test("a package keeps whom its model was compared with, also once nothing serves any more", async () => {
  const { sagemaker } = stand.fixture;
  const EndpointName = "scones-test";
  await sagemaker.send(new DeleteEndpointCommand({ EndpointName }));
  await until(async () => {
    const { Endpoints } = await sagemaker.send(new ListEndpointsCommand({}));
    return Endpoints?.length === 0;
  });
  const worse = {
    trainingJobName: "job-worse",
    modelDataUrl: `s3://${bucket}/models/worse.tar.gz`,
  };
  const { made, decision } = await challenge({ ...input, ...worse });
  expect(made).not.toHaveProperty("champion");
  expect(decision.championLine).toBe("No model is known to serve: there is none to compare with.");
  expect(await packageOf(made.modelPackageArn)).toMatchObject({
    CustomerMetadataProperties: { champion: "job-served", championReevaluated: "false" },
  });
});
