import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type FakeGitHub, startFakeGitHub } from "./fake-github.ts";
import { runRepositoryAction } from "./run-action.ts";
import { createOpenRun, createRun } from "./runs.ts";

let github: FakeGitHub;
let folder: string;

beforeEach(async () => {
  github = await startFakeGitHub();
  folder = await mkdtemp(join(tmpdir(), "scones-comment-"));
});

afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const pullRequest = { pull_request: { number: 7 } };

/** CI of a pull request, or of another event. */
async function compared(run: unknown, main?: unknown, event: unknown = pullRequest) {
  if (run !== undefined) await writeFile(join(folder, "run.json"), JSON.stringify(run));
  if (main !== undefined) await writeFile(join(folder, "main.json"), JSON.stringify(main));
  return runRepositoryAction(
    "evaluation-comment",
    { run: join(folder, "run.json"), main: join(folder, "main.json") },
    { apiUrl: github.url, event },
  );
}

test("the next push updates the same comment, among a hundred of other people's", async () => {
  const chat = Array.from({ length: 120 }, (_, at) => ({
    id: at + 1,
    issue: 7,
    body: at === 3 ? "<!-- scones: evaluation --> quoted by a person" : "Nice.",
    user: { type: "User" as const },
  }));
  github.comments.push(...chat);
  const first = await compared(createRun());
  expect(first.outputs).toEqual({ "comment-url": "https://github.test/comment-121" });
  const { code, summary } = await compared(createOpenRun(), createRun());
  expect(code).toBe(0);
  expect(github.comments).toHaveLength(121);
  expect(github.comments.at(-1)?.body).toBe(summary);
  expect(summary).toContain("| test pictures right | 190 of 200 | 177 of 200 | +13 |");
});

test("a change that closes main's open gate fails, after the comment", async () => {
  const { code, annotations } = await compared(createRun(), createOpenRun());
  expect(code).toBe(1);
  expect(annotations[0]?.message).toMatch(
    /^The change closes the gate, which is open on main: 177\/200/,
  );
  expect(github.comments).toHaveLength(1);
});

test("a token that may only read, as a fork's: the summary alone, and no failure", async () => {
  github.refuseWrites = 403;
  const { code, annotations, outputs, summary } = await compared(createRun());
  expect({ code, outputs }).toEqual({ code: 0, outputs: { "comment-url": "" } });
  expect(annotations[0]?.message).toMatch(/^The token may not comment/);
  expect(summary).toContain("177 of 200");
});

test("a push has no pull request, and main's document may be of another version: no failure", async () => {
  const { code, summary } = await compared(createRun(), { schemaVersion: 2 }, {});
  expect(code).toBe(0);
  expect(summary).toContain("### Evaluation: the gate is closed");
  expect(github.requests).toEqual([]);
});

test("a local run without a document fails and names the file", async () => {
  const { code, annotations } = await compared(undefined);
  expect(code).toBe(1);
  expect(annotations[0]?.message).toMatch(/run\.json does not exist: the local run wrote no docu/);
});
