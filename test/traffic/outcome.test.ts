import { expect, test } from "@jest/globals";
import { byKind, outcomeTable, sentLine } from "../../traffic/outcome.ts";

const outcomes = [
  ...Array.from({ length: 97 }, (_, at) => ({
    kind: "clear" as const,
    vehicle: "bicycle",
    ms: at + 1,
  })),
  { kind: "clear" as const, error: "NOT_A_KNOWN_VEHICLE", ms: 98 },
  {
    kind: "drifted" as const,
    error: "THRESHOLD_CONFIDENCE_NOT_MET",
    vehicle: "motorcycle",
    ms: 99,
  },
  { kind: "drifted" as const, error: "ThrottlingException", ms: 500.4 },
];
const outcome = {
  to: "endpoint",
  seed: 1,
  asked: { rate: 20, seconds: 5, drift: 0.02, strangers: 0 },
  seconds: 5,
  rate: 20.4,
  sent: 102,
  notSent: 1,
  cut: 2,
  ...byKind(outcomes),
};

test("outcomes are counted as routed, unsure, of no vehicle or failed, and latencies ranked", () => {
  expect(outcome.all).toEqual({
    answered: 100,
    routed: 97,
    unsure: 1,
    strangers: 1,
    failed: 1,
    errors: { THRESHOLD_CONFIDENCE_NOT_MET: 1, NOT_A_KNOWN_VEHICLE: 1, ThrottlingException: 1 },
    vehicles: { bicycle: 97 },
    latency: { p50: 50, p95: 95, p99: 99, max: 500 },
  });
  expect(outcome.kinds.drifted).toMatchObject({ answered: 2, routed: 0, unsure: 1, failed: 1 });
});

test("the table sets drifted pictures beside the others", () => {
  expect(outcomeTable(outcome)).toBe(
    `
                              all       clear    drifted
---------------------  ----------  ----------  ---------
answered                      100          98          2
routed                 97 (97.0%)  97 (99.0%)   0 (0.0%)
  bicycle              97 (97.0%)  97 (99.0%)   0 (0.0%)
unsure                   1 (1.0%)    0 (0.0%)  1 (50.0%)
no vehicle               1 (1.0%)    1 (1.0%)   0 (0.0%)
failed                   1 (1.0%)    0 (0.0%)  1 (50.0%)
  ThrottlingException    1 (1.0%)    0 (0.0%)  1 (50.0%)
latency p50                 50 ms       49 ms      99 ms
latency p95                 95 ms       94 ms     500 ms
latency p99                 99 ms       98 ms     500 ms
latency max                500 ms       98 ms     500 ms`.slice(1),
  );
});

test("strangers have a column where some were asked for", () => {
  const stranger = { kind: "stranger" as const, error: "NOT_A_KNOWN_VEHICLE", ms: 1 };
  const asked = { ...outcome.asked, strangers: 0.5 };
  const shown = outcomeTable({ ...outcome, asked, ...byKind([...outcomes, stranger]) });
  expect(shown).toMatch(/^ +all +clear +drifted +stranger$/m);
  expect(shown).toMatch(/^no vehicle .* 1 \(100\.0%\)$/m);
});

test("a line says how many were sent, how fast, and what was not", () => {
  expect(sentLine(outcome)).toBe(
    "102 sent in 5.0 s: 20.4 a second of 20 asked for; 1 not sent: too many were under way; 2 given up, unanswered",
  );
});

test("where nothing came back there are no shares and no latencies", () => {
  const table = outcomeTable({ ...outcome, ...byKind([]) });
  expect(table).not.toMatch(/%|latency/);
});
