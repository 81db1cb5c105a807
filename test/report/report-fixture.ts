import type { Comparison } from "../../pipeline/evaluation/comparison.ts";
import { parseConfig } from "../../pipeline/config.ts";
import { evaluate, type Prediction } from "../../pipeline/evaluation/evaluation.ts";
import { isCorrect } from "../../pipeline/evaluation/metrics.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import type { TrainingMoment } from "../../pipeline/training/trained-model.ts";
import { decide } from "../../pipeline/evaluation/gate-decision.ts";
import type { EvaluationDocument } from "../../report/evaluation/evaluation-document.ts";
import type { Report } from "../../report/render.ts";
import type { MonitoringRecord, RunDocument } from "../../report/run-document.ts";
import { createManifest } from "../pipeline/evaluation/predictions.ts";

const manifest = createManifest(200);

/** Two hundred predictions as a good model makes them: most are sure, `wrong` of them are wrong. */
function createTestPredictions(wrong: number): Prediction[] {
  return manifest.test.map(({ key, label }, index) => {
    const spread = ((index * 7919) % 200) / 200;
    const mistaken = Math.floor(((index + 1) * wrong) / 200) > Math.floor((index * wrong) / 200);
    const sure = mistaken ? 0.5 + spread * 0.49 : 1 - 0.4 * 10 ** (-4 * spread);
    const first = (label === 0) === mistaken ? 1 - sure : sure;
    return { key, label, probabilities: [first, 1 - first] };
  });
}

/** A measured model of whose 200 test pictures so many are wrong; more than twelve close the gate. */
export function createEvaluationDocument(
  wrong: number,
  against: Comparison | string = "No model serves.",
): EvaluationDocument {
  const predictions = createTestPredictions(wrong);
  const evaluation = evaluate(predictions, { trainingJobName: "scones-local-1", manifest });
  const grey = encodePng(Buffer.alloc(32 * 32 * 3, 128), 32, 32);
  return {
    measuredAt: "2026-01-02T03:04:30.000Z",
    evaluation,
    gate: decide(evaluation, parseConfig(""), against),
    threshold: 0.93,
    wrongPictures: predictions
      .filter((prediction) => !isCorrect(prediction))
      .map((prediction) => Object.assign({ png: grey }, prediction)),
    strangers: [],
    training: { history: createHistory(), trainingSeconds: 6, billableSeconds: 2 },
    provenance: { commit: "0a1b2c", "dataset's hash": "4cf1a9d2e07b" },
  };
}

/** A report of a run that ended open, or closed where more than twelve are wrong. */
export function createReport(
  overrides: Partial<RunDocument> = {},
  wrong = 9,
  against: Comparison | string = "No model serves.",
): Report {
  const document = createEvaluationDocument(wrong, against);
  const { evaluation, gate } = document;
  const { open, closed } = steps;
  const after: Partial<RunDocument> = gate.approved ? { deployment, verification, monitoring } : {};
  return {
    evaluation: document,
    run: {
      schemaVersion: 1,
      startedAt: "2026-01-02T03:04:05.678Z",
      seconds: 41.3,
      exitCode: gate.approved ? 0 : 3,
      dataset: {
        source: "cifar-100-vehicles-dev.tar.gz",
        drawn: false,
        train: 640,
        validation: 160,
        test: 200,
        classes: ["bicycle", "motorcycle"],
        hash: "4cf1a9d2e07b",
      },
      steps: gate.approved ? [...closed.slice(0, -1), ...open, ...closed.slice(-1)] : closed,
      evaluation,
      gate,
      ...after,
      leftovers: [],
      versions: { scones: "0.1.0", node: "24.21.0", ministack: "1.5.33", onnxruntime: "1.30.0" },
      seeds: { split: 1 },
      ...overrides,
    },
  };
}

/** Ten epochs of a training that goes well. */
function createHistory(): TrainingMoment[] {
  return Array.from({ length: 10 }, (_, epoch) => ({
    at: new Date(Date.UTC(2026, 0, 2, 3, 4, 10 + epoch)),
    metrics: {
      "train:accuracy": 1 - 0.3 * 0.7 ** epoch,
      "validation:accuracy": 0.97 - 0.25 * 0.6 ** epoch,
    },
  }));
}

const step = (name: string, seconds: number, made: string) =>
  ({ name, seconds, outcome: "done", made }) as const;

const steps = {
  closed: [
    step("stage-data", 1.8, "1,000 pictures under s3://scones-local/datasets/4cf1a9d2e07b/"),
    step("train-model", 6.4, "scones-local-8a1f0c22d1, validation:accuracy 0.956"),
    step("evaluate-model", 2.1, "191 of 200 right, model package version 1"),
    step("gate-deployment", 0.1, "open"),
    step("teardown", 3.9, "31 resources deleted, nothing left"),
  ],
  open: [
    step("deploy-endpoint", 2.2, "endpoint scones-local, created"),
    step("deploy-stack", 14.6, "3 Lambdas and a state machine"),
    step("verify-deployment", 4.3, "12 routed, 12 below the threshold"),
    step("monitor-endpoint", 2.9, "no drift in 200 inferences"),
  ],
};

const deployment = {
  endpointName: "scones-local",
  endpointConfigName: "scones-local-77aa12bb01",
  modelPackageArn: "arn:aws:sagemaker:us-east-1:000000000000:model-package/scones-local/1",
};

const verification = {
  executions: 24,
  routed: 12,
  belowThreshold: 12,
  latencyMs: { p50: 58.2, p95: 131.7, max: 160.4 },
};

const calm = { pValue: 1, adjusted: 1, drifted: false };

const monitoring: MonitoringRecord = {
  verdict: "no drift",
  records: 200,
  skipped: 0,
  features: [
    { name: "confidence", statistic: "ks", value: 0, ...calm, limit: 0.01 },
    { name: "confidence", statistic: "psi", value: 0.01, ...calm, limit: 0.2 },
    { name: "predicted_class", statistic: "chi-squared", value: 0, ...calm, limit: 0.01 },
  ],
};
