import { expect, test } from "@jest/globals";
import type { JobRecord } from "../../local/workflows/act-log.ts";
import { proofs, type Seen, withNeeded } from "../../local/workflows/proofs.ts";

const state = {
  endpoint: "InService a 1",
  stack: "CREATE_COMPLETE",
  trainingJobs: 1,
  resources: [],
};

function job(id: string, result: JobRecord["result"], error = ""): JobRecord {
  const annotations = [{ level: "error" as const, title: "", message: error }];
  return { id, result, annotations, startedAt: 0, seconds: 1, steps: [], outputs: {}, summary: "" };
}

const untilGate = ["stage", "train", "evaluate"].map((id) => job(id, "success"));
const closed = job("gate", "failure", "closed: 192/200 = 96.0% right, 8 short of 200.");

/** What the proof of the closed gate says to a run of these jobs. */
function complaints(jobs: readonly JobRecord[], after = state, exitCode = 1): string[] {
  const seen: Seen = { run: { jobs, exitCode, text: [] }, before: state, after, issues: [] };
  return proofs.find(({ name }) => name === "closed-gate")?.check(seen) ?? ["no such proof"];
}

test("a run that ends at the gate proves the closed gate", () => {
  expect(complaints([...untilGate, closed])).toEqual([]);
});

test("a job after the closed gate belies it", () => {
  expect(complaints([...untilGate, closed, job("deploy", "success")])).toEqual([
    expect.stringMatching(/^jobs: .*"deploy success"\] instead of/),
  ]);
});

test("an open gate, a gate without numbers and an endpoint that changed belie it", () => {
  const open = complaints([...untilGate, job("gate", "success")], state, 0);
  expect(open).toHaveLength(3);
  expect(open[1]).toBe("exit code: 0 instead of 1");
  const changed = { ...state, endpoint: "InService b 2" };
  expect(complaints([...untilGate, closed], changed)).toEqual([
    'the endpoint: "InService b 2" instead of "InService a 1"',
  ]);
});

test("a proof is run with those that it needs, in their order", () => {
  expect(withNeeded(["expired", "monitor"]).map(({ name }) => name)).toEqual([
    "push",
    "monitor",
    "keep-for",
    "expired",
  ]);
});
