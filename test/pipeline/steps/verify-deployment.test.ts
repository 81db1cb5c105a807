import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import type { Dataset } from "../../../pipeline/dataset/manifest.ts";
import { deployStack } from "../../../pipeline/steps/deploy-stack.ts";
import { measureStrangers } from "../../../pipeline/evaluation/strangers.ts";
import {
  chooseStrangers,
  type Known,
} from "../../../pipeline/application/verification-pictures.ts";
import { verifyDeployment } from "../../../pipeline/steps/verify-deployment.ts";
import { bucket, openStand, pictureOf, type Stand, strangerOf } from "../stand.ts";

const config = parseConfig("environment: test");
const endpointName = "scones-test";
const classes = config.dataset.classes;
const prefix = "scones/test/datasets/abc/";
const counts = { train: 0, validation: 0, test: 4 };
const manifest = {
  hash: "abc",
  source: "drawn",
  classes,
  seed: 1,
  counts,
  train: [],
  validation: [],
  test: [],
};
const dataset: Dataset = { bucket, prefix, manifest };

let stand: Stand;
let stateMachineArn: string;

beforeAll(async () => {
  stand = await openStand();
  ({ stateMachineArn } = await deployStack(stand.context, config, {
    endpointName,
    bucket,
    pollIntervalMs: 100,
  }));
});

afterAll(async () => stand[Symbol.asyncDispose]());

/** Stages a picture for each probability of being a bicycle; the evaluation says what `said` says. */
async function evaluated(bicycle: readonly number[], said = bicycle) {
  const predictions = await Promise.all(
    bicycle.map(async (share, at) => {
      const key = `test/${at}.png`;
      await stand.put(prefix + key, pictureOf(share));
      const p = said[at] ?? 0;
      return { key, label: share >= 0.5 ? 0 : 1, probabilities: [p, 1 - p] };
    }),
  );
  return { predictions, classes };
}

const verify = async (
  evaluation: Known,
  threshold = config.application.confidence,
  pictures: Dataset["manifest"]["test"] = [],
) =>
  verifyDeployment(
    stand.context,
    { ...config, application: { ...config.application, confidence: threshold } },
    {
      readMeasured: async () => ({
        dataset: { ...dataset, manifest: { ...manifest, test: pictures } },
        evaluation,
      }),
      stateMachineArn,
      endpointName,
      count: 4,
    },
  );

test("confident pictures of every class are routed and unsure ones refused", async () => {
  const verification = await verify(await evaluated([1, 0.99, 0.98, 0.02, 0.6, 0.7, 0.8]));
  expect(verification).toMatchObject({ confident: 2, unsure: 2 });
  expect(verification.executions.map(({ key, status, error }) => [key, status, error])).toEqual([
    [`${prefix}test/2.png`, "SUCCEEDED", ""],
    [`${prefix}test/3.png`, "SUCCEEDED", ""],
    [`${prefix}test/4.png`, "FAILED", "THRESHOLD_CONFIDENCE_NOT_MET"],
    [`${prefix}test/5.png`, "FAILED", "THRESHOLD_CONFIDENCE_NOT_MET"],
  ]);
  const { p50, p95, max } = verification.latencies;
  expect(p50).toBeGreaterThan(0);
  expect(p95).toBeGreaterThanOrEqual(p50);
  expect(max).toBeGreaterThanOrEqual(p95);
});

/** A captured test picture, as an evaluation and a manifest know it. */
const sent = (key: string, label: number, probabilities: readonly number[]) => ({
  prediction: { key: `test/${key}.png`, label, probabilities },
  picture: { key: `test/${key}.png`, label, captured: true },
});

test("captured pictures are not sent, since the application may encode them anew", async () => {
  const { predictions, strangers, ...others } = await withStrangers([1, 0.02, 0.6], [1]);
  // None of these is staged.
  const captured = [sent("sure", 0, [1, 0, 0]), sent("unsure", 1, [0.49, 0.51, 0])];
  const stray = sent("stray", 2, [0, 0, 1]);
  const evaluation: Known = {
    ...others,
    predictions: [...captured.map(({ prediction }) => prediction), ...predictions],
    strangers: { predictions: [stray.prediction, ...strangers.predictions] },
  };
  const pictures = [...captured, stray].map(({ picture }) => picture);
  const verification = await verify(evaluation, undefined, pictures);
  expect(verification).toMatchObject({ confident: 2, unsure: 1, strangers: 1 });
});

test("a model that is sure of every test picture is given a blend of two", async () => {
  const verification = await verify(await evaluated([1, 0.99, 0.01, 0]));
  expect(verification).toMatchObject({ confident: 4, unsure: 1 });
  expect(verification.executions.at(-1)).toMatchObject({
    key: `${prefix}verification/0.5-1-2.png`,
    error: "THRESHOLD_CONFIDENCE_NOT_MET",
  });
  expect(stand.lines).toContain(
    `no test picture is below 0.93: made ${prefix}verification/0.5-1-2.png, confidence 0.502`,
  );
});

/** An evaluation with strangers, each with this probability of being one. */
async function withStrangers(bicycle: readonly number[], stranger: readonly number[]) {
  const evaluation = await evaluated(bicycle);
  const strangers = await Promise.all(
    stranger.map(async (p, at) => {
      const key = `test/stranger_${at}.png`;
      await stand.put(prefix + key, strangerOf(p));
      return { key, label: 2, probabilities: [1 - p, 0, p] };
    }),
  );
  const vehicles = evaluation.predictions.map(({ key, label, probabilities }) => ({
    key,
    label,
    probabilities: [...probabilities, 0],
  }));
  return {
    predictions: vehicles,
    classes: [...classes, "background"],
    background: "background",
    strangers: measureStrangers(vehicles, strangers),
  };
}

test("pictures of anything else that the model knows as such end in NOT_A_KNOWN_VEHICLE", async () => {
  const verification = await verify(await withStrangers([1, 0.02, 0.6, 0.7], [0.2, 0.6, 1]));
  expect(verification).toMatchObject({ confident: 2, unsure: 2, strangers: 2 });
  expect(verification.executions.slice(4)).toMatchObject([
    { key: `${prefix}test/stranger_1.png`, error: "NOT_A_KNOWN_VEHICLE" },
    { key: `${prefix}test/stranger_2.png`, error: "NOT_A_KNOWN_VEHICLE" },
  ]);
});

test("a model that takes every stranger for a vehicle fails the step before anything is sent", async () => {
  await expect(verify(await withStrangers([1, 0, 0.6], [0.1, 0.2]))).rejects.toThrow(
    "The model takes each of the 2 test pictures of anything else for a vehicle",
  );
});

test("a dataset whose few strangers all went into the training has none to verify by", async () => {
  expect(chooseStrangers(await withStrangers([1, 0], []), { prefix })).toEqual([]);
});

test("an endpoint that is sure of every blend too fails the step with how sure it was", async () => {
  await expect(verify(await evaluated([1, 0]), 0.5)).rejects.toThrow(
    "Endpoint scones-test is at least 0.502 sure of every test picture and of 3 blends of two classes",
  );
});

test("an application that answers otherwise than was measured fails the step with its execution", async () => {
  await expect(verify(await evaluated([0.6, 0.7], [0.99, 0.7]))).rejects.toThrow(
    /1 of 2 executions .*\n.*test\/0\.png: expected SUCCEEDED as bicycle, got FAILED THRESHOLD_CONFIDENCE_NOT_MET bicycle with a confidence of 0\.6, below 0\.93 \(arn:aws:states:.*\)/,
  );
});

test("a model that is sure of nothing fails the step before anything is sent", async () => {
  await expect(verify(await evaluated([0.6, 0.7]))).rejects.toThrow(
    "The model is less than 0.93 sure of every test picture",
  );
});
