import { CreateEndpointCommand, DescribeModelPackageCommand } from "@aws-sdk/client-sagemaker";
import { expect, test } from "@jest/globals";
import { assert, integer, property, tuple } from "fast-check";
import { parseConfig } from "../../../pipeline/config.ts";
import { evaluate } from "../../../pipeline/evaluation.ts";
import { evaluateModel } from "../../../pipeline/steps/evaluate-model.ts";
import {
  decide,
  gateDeployment,
  requiredCorrect,
} from "../../../pipeline/steps/gate-deployment.ts";
import { servingModel } from "../../../pipeline/serving-model.ts";
import { createConfig, settled } from "../../local/sagemaker/fixture.ts";
import { createManifest, createPredictions } from "../predictions.ts";
import { createInput, openStand } from "./evaluation-stand.ts";

const evaluationOf = (wrong: number, total = 200) => {
  const manifest = createManifest(total);
  return evaluate(createPredictions(manifest, wrong), { trainingJobName: "job", manifest });
};

test("fault 33: 188 of 200 passes at 0.94, 187 does not", () => {
  expect(decide(evaluationOf(12), { accuracy: 0.94 }).approved).toBe(true);
  expect(decide(evaluationOf(13), { accuracy: 0.94 }).approved).toBe(false);
});

test("the line says how much, how sure and how far", () => {
  const open = decide(evaluationOf(10), { accuracy: 0.94 });
  expect(open.line).toBe("190/200 = 95.0% (91.0–97.3), needs 188: open");
  const closed = decide(evaluationOf(17), { accuracy: 0.94 });
  expect(closed.line).toBe("183/200 = 91.5% (86.8–94.6), needs 188: closed, 5 short");
  expect(closed.reason).toBe("183/200 = 91.5% of the test pictures right, 5 short of 188.");
});

test("a model is not to be worse than the one that serves", () => {
  const serving = { name: "job-before", correct: 192 };
  expect(decide(evaluationOf(8), { accuracy: 0.94 }, serving).approved).toBe(true);
  const worse = decide(evaluationOf(9), { accuracy: 0.94 }, serving);
  expect(worse.line).toBe("191/200 = 95.5% (91.7–97.6), needs 192: closed, 1 short");
  expect(worse.reason).toMatch(/1 short of 192 as job-before has, which serves\.$/);
  const weak = { name: "job-before", correct: 150 };
  expect(decide(evaluationOf(13), { accuracy: 0.94 }, weak).required).toBe(188);
});

test("every share of two decimals needs what whole numbers say", () => {
  for (let hundredths = 1; hundredths <= 100; hundredths++) {
    for (const total of [1, 7, 50, 150, 200, 999, 10_000]) {
      const exact = Math.floor((hundredths * total + 99) / 100);
      expect(requiredCorrect(hundredths / 100, total)).toBe(exact);
    }
  }
});

test("one more right picture never closes an open gate", () => {
  const cases = tuple(integer({ min: 94, max: 100 }), integer({ min: 2, max: 60 }));
  assert(
    property(cases, ([hundredths, half]) => {
      const gate = { accuracy: hundredths / 100 };
      const open = Array.from({ length: 6 }, (_, wrong) => {
        return decide(evaluationOf(Math.min(wrong, half * 2), half * 2), gate).approved;
      });
      expect(open.lastIndexOf(true)).toBe(open.filter(Boolean).length - 1);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["NaN correct", { correct: Number.NaN }],
  ["more correct than there are", { correct: 201 }],
  ["no pictures", { correct: 0, total: 0 }],
  ["fewer predictions than pictures", { total: 201 }],
  ["more correct than its predictions say", { ...evaluationOf(20), correct: 200 }],
])("fault 32: an evaluation with %s leaves the gate closed", (_, broken) => {
  const evaluation = { ...evaluationOf(0), ...broken };
  expect(() => decide(evaluation, { accuracy: 0.94 })).toThrow(/gate stays closed/);
});

test("the verdict and its reason stand in the model package", async () => {
  await using stand = await openStand();
  const { context } = stand;
  const config = parseConfig("environment: test");
  const { evaluation, modelPackageArn } = await evaluateModel(
    context,
    config,
    await createInput(stand, "gate"),
  );
  const described = () =>
    context.clients.sagemaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }),
    );
  const closed = await gateDeployment(context, config, { evaluation, modelPackageArn });
  expect(closed.line).toBe("9/10 = 90.0% (59.6–98.2), needs 10: closed, 1 short");
  expect(await described()).toMatchObject({
    ModelApprovalStatus: "Rejected",
    ApprovalDescription: "9/10 = 90.0% of the test pictures right, 1 short of 10.",
  });
  const predictions = evaluation.predictions.map((one) => ({ ...one, label: 0 }));
  const better = { ...evaluation, correct: 10, predictions };
  await gateDeployment(context, config, { evaluation: better, modelPackageArn });
  expect(await described()).toMatchObject({ ModelApprovalStatus: "Approved" });
});

test("the model that serves is found by the endpoint, compared on the same dataset only, and not rejected", async () => {
  await using stand = await openStand();
  const { context, fixture, lines } = stand;
  const config = parseConfig("environment: test");
  const served = await evaluateModel(context, config, await createInput(stand, "served"));
  await createConfig(fixture, "first", {
    ProductionVariants: [
      {
        VariantName: "AllTraffic",
        ModelName: "job-served",
        InstanceType: "ml.m5.large",
        InitialInstanceCount: 1,
      },
    ],
  });
  const request = { EndpointName: "scones-test", EndpointConfigName: "first" };
  await fixture.sagemaker.send(new CreateEndpointCommand(request));
  await settled(fixture, "scones-test");
  const { evaluation } = served;
  expect(await servingModel(context, config, evaluation)).toEqual({
    name: "job-served",
    correct: 9,
  });
  const { modelPackageArn } = served;
  const decision = await gateDeployment(context, config, { evaluation, modelPackageArn });
  expect(decision.approved).toBe(false);
  expect(lines).toContain("job-served serves: its model package stays as it is");
  const after = await fixture.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }),
  );
  expect(after.ModelApprovalStatus).toBe("PendingManualApproval");
  const other = { ...evaluation, datasetHash: "another" };
  expect(await servingModel(context, config, other)).toBeUndefined();
  expect(lines.at(-1)).toMatch(/job-served, was measured on other pictures/);
});
