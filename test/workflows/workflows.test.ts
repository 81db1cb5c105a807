import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ensureGoTool } from "../../local/go-tool.ts";
import { ACT } from "../../local/workflows/act.ts";
import { proofs } from "../../local/workflows/proofs.ts";
import { startProver, type Prover } from "../../local/workflows/prove.ts";

const MINUTES = 60_000;

const cancel = new AbortController();
// Where Go is missing, this says so, and nothing is run.
const act = await ensureGoTool(ACT, { signal: cancel.signal });
const withAct = act === undefined ? test.skip : test;

let folder: string;
let prover: Prover | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-workflows-test-"));
  if (act === undefined) return;
  const quiet = { log: () => undefined, onStep: () => undefined };
  prover = await startProver({ act, out: folder, signal: cancel.signal, ...quiet });
}, MINUTES);

afterAll(async () => {
  cancel.abort();
  await prover?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

withAct.each(proofs.map((proof) => [proof.claim, proof] as const))(
  "%s",
  async (_claim, proof) => {
    const proven = await prover?.prove(proof);
    expect(proven?.complaints).toEqual([]);
  },
  10 * MINUTES,
);

withAct("the summary of each job is kept as its steps wrote it", async () => {
  const gate = await readFile(join(folder, "closed-gate", "gate.md"), "utf8");
  expect(gate).toMatch(/\d+\/200 = .* closed/);
});
