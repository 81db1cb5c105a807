import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { RunDocument } from "../../report/run-document.ts";

const archive = process.env["SCONES_DATASET"];
const withPictures = archive === undefined ? test.skip : test;
const MINUTES = 60_000;

let folder: string;
let temporary: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-run-test-"));
  temporary = await mkdtemp(join(folder, "tmp-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** The real entry in a child process; `at` sends a signal when the output first shows its text. */
function run(args: readonly string[], at?: [text: string, signal: NodeJS.Signals]): Promise<Ended> {
  const child = spawn(process.execPath, ["local/run.ts", "--out", join(folder, "out"), ...args], {
    env: { ...process.env, TMPDIR: temporary },
  });
  let output = "";
  let waiting = at;
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    if (waiting === undefined || !output.includes(waiting[0])) return;
    child.kill(waiting[1]);
    waiting = undefined;
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/** The repository's configuration but for these two: one epoch is enough where accuracy is not the point. */
async function quickConfig(epochs = 1, accuracy = 0.94): Promise<string> {
  const file = join(folder, "pipeline.yaml");
  const text = await readFile("pipeline.yaml", "utf8");
  const changed = text
    .replace(/epochs: \d+/, `epochs: ${epochs}`)
    .replace(/accuracy: [\d.]+/, `accuracy: ${accuracy}`);
  await writeFile(file, changed);
  return file;
}

const document = async (): Promise<RunDocument> =>
  JSON.parse(await readFile(join(folder, "out/run.json"), "utf8")) as RunDocument;

/** Processes whose environment names this test's temporary folder, as all that a run starts do. */
async function processesLeft(): Promise<string[]> {
  const found: string[] = [];
  for (const id of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(id)) continue;
    const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
    if (environment.includes(temporary)) {
      found.push(await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => id));
    }
  }
  return found;
}

async function expectNothingLeft(): Promise<void> {
  expect(await readdir(temporary)).toEqual([]);
  expect(await processesLeft()).toEqual([]);
}

const toTheGate = ["stage-data", "train-model", "evaluate-model", "gate-deployment"];
const behindTheGate = ["deploy-endpoint", "deploy-stack", "verify-deployment", "monitor-endpoint"];

test(
  "the whole pipeline runs from its start to its teardown and leaves nothing",
  async () => {
    const json = join(folder, "run.json");
    const config = await quickConfig(3);
    const { code, output } = await run(["--dataset", "drawn", "--config", config, "--json", json]);
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    const made = JSON.parse(await readFile(json, "utf8")) as RunDocument;
    expect(made.steps.map(({ name }) => name)).toEqual([
      ...toTheGate,
      ...behindTheGate,
      "teardown",
    ]);
    expect(made).toMatchObject({
      schemaVersion: 1,
      exitCode: 0,
      dataset: { drawn: true, train: 1080, validation: 120, test: 400, background: "background" },
      evaluation: { total: 200, strangers: { total: 200 } },
      gate: { approved: true, required: 188 },
      monitoring: { verdict: "no drift", records: 200 },
      leftovers: [],
    });
    expect(made.verification?.routed).toBeGreaterThan(0);
    expect(made.verification?.belowThreshold).toBeGreaterThan(0);
    expect(made.verification?.strangers).toBe(3);
    expect(output).toContain(made.gate?.line);
    expect(output).not.toContain("\u001B");
    const report = await readFile(join(folder, "out/report.html"), "utf8");
    expect(report).toContain(made.gate?.line);
    await expectNothingLeft();
  },
  5 * MINUTES,
);

withPictures(
  "real pictures are measured one by one, and the run goes as far as their gate lets it",
  async () => {
    const { code, output } = await run(["--dataset", archive ?? ""]);
    const made = await document();
    expect([made.error, output.includes("DRAWN")]).toEqual([undefined, false]);
    const { correct = 0, total = 0, accuracy } = made.evaluation ?? {};
    expect(accuracy).toBe(correct / total);
    expect(accuracy).toBeGreaterThan(0.8);
    const approved = correct >= (made.gate?.required ?? Infinity);
    expect([code, made.gate?.approved]).toEqual(approved ? [0, true] : [3, false]);
    expect(made.steps.map(({ name }) => name)).toEqual([
      ...toTheGate,
      ...(approved ? behindTheGate : []),
      "teardown",
    ]);
    expect(made).toMatchObject({ dataset: { drawn: false }, leftovers: [] });
    await expectNothingLeft();
  },
  5 * MINUTES,
);

test(
  "a closed gate deploys nothing, tears down and exits 3",
  async () => {
    const config = await quickConfig(1, 1);
    const { code, output } = await run(["--dataset", "drawn", "--config", config]);
    expect([code, code === 3 ? "" : output]).toEqual([3, ""]);
    const made = await document();
    expect(made).toMatchObject({ gate: { approved: false, required: 200 }, leftovers: [] });
    expect(made.deployment).toBeUndefined();
    expect(output).toMatch(/needs 200: closed, \d+ short/);
    expect(output).toContain("DRAWN pictures, not photographs");
    await expectNothingLeft();
  },
  3 * MINUTES,
);

test.each([
  ["[1/9] stage-data", "SIGINT", 130],
  ["[2/9] train-model", "SIGINT", 130],
  ["[3/9] evaluate-model", "SIGTERM", 143],
  ["[2/9] train-model", "SIGHUP", 129],
] as const)(
  "cancelled in %s by %s, a run tears down and leaves nothing",
  async (at, signal, expected) => {
    const config = await quickConfig();
    const { code, output } = await run(["--dataset", "drawn", "--config", config], [at, signal]);
    expect([code, code === expected ? "" : output]).toEqual([expected, ""]);
    expect(output).toContain("[9/9] teardown");
    expect(output).toContain(`error   The run was cancelled by ${signal}.`);
    expect((await document()).leftovers).toEqual([]);
    await expectNothingLeft();
  },
  3 * MINUTES,
);

test("a local run is of the environment `local`, whatever the file says", async () => {
  const config = await quickConfig();
  await writeFile(config, "environment: uploads\n");
  const { code, output } = await run(["--dataset", join(folder, "none"), "--config", config]);
  expect(code).toBe(2);
  expect(output).toContain(join(folder, "none"));
  expect(output).not.toContain("uploads");
});

test(
  "a run that fails says why, tears down and exits 1",
  async () => {
    const config = await quickConfig();
    const broken = "training:\n  hyperparameters: { no_such: 1 }\n";
    await writeFile(config, broken);
    const { code, output } = await run(["--dataset", "drawn", "--config", config]);
    expect([code, code === 1 ? "" : output]).toEqual([1, ""]);
    expect(output).toMatch(/error {3}Training job .* ended Failed: ClientError: .*no_such/);
    expect((await document()).error).toContain("no_such");
    await expectNothingLeft();
  },
  3 * MINUTES,
);
