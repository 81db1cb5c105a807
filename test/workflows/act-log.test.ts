import { expect, test } from "@jest/globals";
import { ActLog } from "../../local/workflows/act-log.ts";

const line = (fields: Record<string, unknown>) =>
  JSON.stringify({ jobID: "train", time: "2026-01-01T00:00:00Z", msg: "…", ...fields });

test("steps, outputs, annotations, summary and result of a job are read from act's lines", () => {
  const log = new ActLog();
  const step = { stage: "Main", step: "Train", stepID: ["train"] };
  log.read(line({ ...step, command: "notice", arg: "Gate: open", kvPairs: { title: "gate" } }));
  log.read(line({ ...step, stepResult: "success", executionTime: 1_500_000_000 }));
  log.read(line({ ...step, command: "set-output", name: "adopted", arg: "true" }));
  log.read(line({ ...step, command: "summary", content: "## Training\n" }));
  log.read(line({ jobResult: "success", time: "2026-01-01T00:00:02Z" }));
  expect(log.jobs).toMatchObject([
    {
      id: "train",
      result: "success",
      seconds: 2,
      steps: [{ name: "Train", seconds: 1.5, succeeded: true }],
      outputs: { adopted: "true" },
      annotations: [{ level: "notice", title: "gate", message: "Gate: open" }],
      summary: "## Training\n\n",
    },
  ]);
});

test("a step inside a composite action and a post step are no steps of the job", () => {
  const seen: string[] = [];
  const log = new ActLog((_job, { name }) => seen.push(name));
  const ended = { stepResult: "failure", executionTime: 1 };
  log.read(line({ ...ended, stage: "Main", step: "Set up Node", stepID: ["1", "0"] }));
  log.read(line({ ...ended, stage: "Post", step: "Set up", stepID: ["1"] }));
  log.read(line({ ...ended, stage: "Main", step: `a/b@${"0".repeat(40)}`, stepID: ["2"] }));
  expect(seen).toEqual(["a/b"]);
});

test("act's own complaints are kept", () => {
  const log = new ActLog();
  log.read("Error: Job 'gate' failed");
  expect([log.text, log.jobs]).toEqual([["Error: Job 'gate' failed"], []]);
});
