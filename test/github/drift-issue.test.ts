import { getOctokit } from "@actions/github";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type Finding, keepIssue } from "../../.github/actions/drift-issue/issue.ts";
import { explainRefusal } from "../../.github/actions/repository-action.ts";
import { type FakeGitHub, startFakeGitHub } from "./fake-github.ts";
import { runRepositoryAction } from "./run-action.ts";

let github: FakeGitHub;

beforeEach(async () => {
  github = await startFakeGitHub();
});

afterEach(async () => github[Symbol.asyncDispose]());

/** One daily run that finds `verdict`. */
async function monitored(verdict: Finding["verdict"], overrides: Partial<Finding> = {}) {
  const octokit = getOctokit("secret", { baseUrl: github.url });
  return keepIssue(
    { octokit, owner: "o", repo: "r" },
    {
      environment: "production",
      verdict,
      records: "240",
      driftedFeatures: verdict === "drift" ? "confidence,predicted_class" : undefined,
      driftedSince: verdict === "drift" ? "2026-01-02T03:04:05.000Z" : undefined,
      shares: verdict === "drift" ? { lowConfidence: 0.625, unlike: 1 } : {},
      reportUri: "s3://bucket/report.json",
      reportUrl: "https://console.test/bucket",
      servingModel: "scones-production-1",
      servingSince: "2026-01-01T00:00:00.000Z",
      newLabels: "0",
      label: "drift",
      runUrl: "https://github.test/o/r/actions/runs/77",
      ...overrides,
    },
  );
}

test("drift opens one issue, which the next days update and the end of the drift closes", async () => {
  await expect(monitored("drift")).resolves.toEqual({ change: "opened", number: 1 });
  expect(github.issues).toHaveLength(1);
  expect(github.issues[0]).toMatchObject({
    title: "The endpoint of production has drifted",
    state: "open",
    labels: ["drift"],
    body: expect.stringContaining(
      "| Drifted | confidence, predicted class |\n| Since | 2026-01-02T03:04:05.000Z |",
    ),
  });
  expect(github.issues[0]?.body).toContain(
    "| Below the confidence threshold | 62.5% |\n| Unlike the test pictures | 100.0% |\n| Last seen |",
  );
  expect(github.issues[0]?.body).toContain(
    "| Report | [`s3://bucket/report.json`](https://console.test/bucket) |",
  );
  expect(github.issues[0]?.body).toContain(
    "npm run labels -- to-label/labels.csv --environment production",
  );

  const next = monitored("drift", { records: "1234" });
  await expect(next).resolves.toEqual({ change: "updated", number: 1 });
  expect(github.issues).toHaveLength(1);
  expect(github.issues[0]?.body).toContain("| Inferences compared | 1234 |");
  expect(github.comments).toEqual([]);

  await expect(monitored("no drift")).resolves.toEqual({ change: "closed", number: 1 });
  expect(github.issues[0]).toMatchObject({ state: "closed", state_reason: "completed" });
  expect(github.comments[0]?.body).toMatch(
    /^The drift is gone: none in 240 inferences \(\[run\]\(\S+\)\)\. The same model serves: /,
  );

  await expect(monitored("drift")).resolves.toEqual({ change: "opened", number: 2 });
});

test("the closing comment says that another model serves, where one does since the issue was opened", async () => {
  await monitored("drift");
  await monitored("no drift", { servingModel: "newer", servingSince: "2999-01-01T00:00:00.000Z" });
  expect(github.comments[0]?.body).toContain(
    "Since 2999-01-01T00:00:00.000Z another model serves, `newer`,",
  );
});

test("no drift and no issue: nothing is written", async () => {
  await expect(monitored("no drift")).resolves.toEqual({ change: "none" });
  expect(github.requests).toEqual(["GET /repos/o/r/issues"]);
});

test("insufficient data neither opens nor closes the issue", async () => {
  await monitored("insufficient data");
  expect(github.issues).toEqual([]);
  await monitored("drift");
  await expect(monitored("insufficient data")).resolves.toEqual({ change: "none", number: 1 });
  expect(github.issues[0]).toMatchObject({ state: "open" });
});

test("each environment has an issue of its own, among a hundred others with the label", async () => {
  const others = Array.from({ length: 120 }, (_, at) => ({
    number: at + 1,
    title: "Drift of the tyres",
    body: "",
    state: "open",
    labels: ["drift"],
  }));
  github.issues.push(...others);
  await monitored("drift");
  await monitored("drift", { environment: "staging" });
  await expect(monitored("drift")).resolves.toEqual({ change: "updated", number: 121 });
  expect(github.issues).toHaveLength(122);
});

test.each([
  [403, /^GitHub refused it \(403\): .*not accessible.*compare the job's `permissions`/],
  [410, /^GitHub refused it \(410\): .*Issues are switched off/],
  [502, /^GitHub refused it \(502\): .*Run the job again/],
])("GitHub's %d says what to do", async (status, words) => {
  github.refuseWrites = status;
  const refused: unknown = await monitored("drift").catch((error: unknown) => error);
  expect(explainRefusal(refused)).toMatch(words);
});

test("the action takes its inputs, sets its outputs and links its run; a refusal fails it", async () => {
  const shares = '{"lowConfidence":0.5}';
  const inputs = { environment: "production", verdict: "drift", records: "240", shares };
  const opened = await runRepositoryAction("drift-issue", inputs, { apiUrl: github.url });
  expect(opened).toMatchObject({ code: 0, outputs: { change: "opened", "issue-number": "1" } });
  expect(github.issues[0]?.body).toContain("https://github.com/o/r/actions/runs/77");
  expect(github.issues[0]?.body).toContain("| Below the confidence threshold | 50.0% |");
  github.refuseWrites = 403;
  const refused = await runRepositoryAction("drift-issue", inputs, { apiUrl: github.url });
  expect(refused.code).toBe(1);
  expect(refused.annotations[0]?.message).toMatch(/^GitHub refused it \(403\)/);
});

test.each([
  [
    { environment: "production", verdict: "perhaps", records: "1" },
    'Input verdict: "perhaps": expected no drift, drift, insufficient data.',
  ],
  [
    { verdict: "drift" },
    "Input environment is required and was not given.\nInput records is required and was not given.",
  ],
])("wrong inputs %j fail before anything is asked of GitHub", async (inputs, message) => {
  const run = await runRepositoryAction("drift-issue", inputs, { apiUrl: github.url });
  expect(run.code).toBe(1);
  expect(run.annotations[0]?.message).toBe(message);
  expect(github.requests).toEqual([]);
});
