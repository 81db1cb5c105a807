import type { RunDocument } from "../../report/run-document.ts";

/** A run that got 177 of 200 right, behind a closed gate. */
export function createRun(overrides: Partial<RunDocument> = {}): RunDocument {
  return {
    schemaVersion: 1,
    startedAt: "2026-11-22T08:00:00.000Z",
    seconds: 50,
    exitCode: 3,
    dataset: {
      source: "cifar-100",
      drawn: false,
      hash: "abc",
      classes: ["bicycle", "motorcycle"],
      train: 900,
      validation: 100,
      test: 200,
    },
    steps: [],
    evaluation: {
      correct: 177,
      total: 200,
      accuracy: 0.885,
      interval: [0.833, 0.922],
      confusionMatrix: [
        [90, 10],
        [13, 87],
      ],
      perClass: [
        { name: "bicycle", support: 100, precision: 0.874, recall: 0.9 },
        { name: "motorcycle", support: 100, precision: 0.897, recall: 0.87 },
      ],
      auc: 0.95,
      logLoss: 0.31,
      calibrationError: 0.04,
    },
    gate: {
      approved: false,
      required: 188,
      line: "177/200 = 88.5% (83.3–92.2), needs 188: closed, 11 short",
      reason: "",
    },
    leftovers: [],
    versions: {},
    seeds: {},
    ...overrides,
  };
}

/** The same pictures, 190 right, the gate open and the application verified. */
export function createOpenRun(): RunDocument {
  const { evaluation } = createRun();
  return createRun({
    ...(evaluation && { evaluation: { ...evaluation, correct: 190, accuracy: 0.95, auc: 0.99 } }),
    gate: {
      approved: true,
      required: 188,
      line: "190/200 = 95.0% (91.0–97.3), needs 188: open",
      reason: "",
    },
    verification: {
      executions: 20,
      routed: 18,
      belowThreshold: 2,
      latencyMs: { p50: 210, p95: 260, max: 300 },
    },
  });
}
