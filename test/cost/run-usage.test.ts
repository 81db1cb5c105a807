import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { usageOfRun } from "../../cost/run-usage.ts";

/** What is taken of a document. */
async function usage(document: unknown) {
  const folder = await mkdtemp(path.join(tmpdir(), "cost-"));
  const file = path.join(folder, "run.json");
  try {
    await writeFile(file, JSON.stringify(document));
    return await usageOfRun(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const step = (name: string, seconds: number, outcome = "done") => ({ name, seconds, outcome });
const run = {
  schemaVersion: 1,
  dataset: { test: 994 },
  steps: [step("stage-data", 5), step("train-model", 90), step("evaluate-model", 30)],
};

test("a run's document tells the minutes of its training and evaluation, and its test pictures", async () => {
  expect(await usage(run)).toEqual({
    trainingMinutes: 1.5,
    evaluationMinutes: 0.5,
    testPictures: 994,
  });
});

test("a step that failed or did not run says nothing", async () => {
  const steps = [step("train-model", 90, "failed")];
  expect(await usage({ schemaVersion: 1, steps })).toEqual({});
});

test("of a search the minutes are those of its average training job", async () => {
  const tuning = { trials: [{ seconds: 60 }, { seconds: 180 }] };
  expect(await usage({ ...run, tuning })).toMatchObject({ trainingMinutes: 2 });
});

test("another file is refused with what it lacks", async () => {
  await expect(usage({ schemaVersion: 2, steps: [] })).rejects.toThrow(
    /run\.json is no run's document, .*schemaVersion/s,
  );
});
