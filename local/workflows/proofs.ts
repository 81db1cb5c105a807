import { isDeepStrictEqual } from "node:util";
import type { ActRun } from "./act.ts";
import type { AwsState } from "./state.ts";
import type { GitHubEvent } from "./github.ts";
import type { Issue } from "./issues.ts";

/** What a run did, and what the local AWS looked like around it. */
export interface Seen {
  readonly run: ActRun;
  readonly before: AwsState;
  readonly after: AwsState;
  readonly issues: readonly Issue[];
}

/** An event, and what its run must do. */
export interface Proof {
  readonly name: string;
  /** As a fact. */
  readonly claim: string;
  /** The proof whose traces this one needs. */
  readonly after?: string;
  readonly event: GitHubEvent;
  /** What was seen that belies the claim, a line each. */
  readonly check: (seen: Seen) => string[];
}

const MINUTES = 60_000;
const dispatch = "workflow_dispatch";
const pipeline = { workflow: "pipeline.yml", timeoutMs: 8 * MINUTES } as const;
const teardown = { workflow: "teardown.yml", timeoutMs: 4 * MINUTES } as const;
const production = { environment: "production" } as const;

/** What stays by pipeline.yaml's choice. */
const history =
  /^(model package group|object \S+\/(evaluations|monitoring)\/|object \S+\/model\.tar\.gz$)/;

const untilGate = ["stage", "train", "evaluate", "gate"];
const all = [...untilGate, "deploy", "verify"];

export const proofs: readonly Proof[] = [
  {
    name: "push",
    claim: "a push trains, measures, opens the gate, deploys and verifies",
    event: { name: "push", ...pipeline },
    check: ({ run, before, after }) => [
      ...jobs(run, all),
      ...is("training jobs made", after.trainingJobs - before.trainingJobs, 1),
      ...like("the gate's notice", said(run, "gate", "notice"), /needs \d+: open/),
      ...like("the endpoint", after.endpoint, /^InService /),
      ...is("the stack", after.stack, "CREATE_COMPLETE"),
      ...like("pictures routed", output(run, "verify", "routed"), /^[1-9]/),
      ...like("pictures refused", output(run, "verify", "below-threshold"), /^[1-9]/),
    ],
  },
  {
    name: "closed-gate",
    after: "push",
    claim: "a stricter gate fails the run at the gate, with the numbers, and nothing later starts",
    event: { name: dispatch, ...pipeline, inputs: { ...production, accuracy: "1" } },
    check: ({ run, before, after }) => [
      ...jobs(run, untilGate, ["gate"]),
      ...like("the gate's error", said(run, "gate", "error"), /\d+\/\d+ = [\d.]+%.* short of/),
      ...untouched(before, after),
    ],
  },
  {
    name: "second-push",
    after: "push",
    claim: "a push that changes nothing of the model reuses the trained one",
    event: { name: "push", ...pipeline },
    check: ({ run, before, after }) => [
      ...jobs(run, all),
      ...is("adopted", output(run, "train", "adopted"), "true"),
      ...untouched(before, after),
    ],
  },
  {
    name: "monitor",
    after: "push",
    claim: "the daily monitor takes no verification for traffic, and opens no issue without drift",
    event: { name: "schedule", workflow: "monitor.yml", timeoutMs: 4 * MINUTES },
    check: ({ run, issues }) => [
      ...jobs(run, ["monitor", "issue"]),
      ...is("the verdict", output(run, "monitor", "verdict"), "insufficient data"),
      ...is("issues", issues, []),
    ],
  },
  {
    name: "not-expired",
    after: "push",
    claim: "the hourly teardown leaves an environment alone that is to stay",
    event: { name: "schedule", ...teardown },
    check: ({ run, before, after }) => [...jobs(run, ["expired"]), ...untouched(before, after)],
  },
  {
    name: "dry-run",
    after: "push",
    claim: "a dispatched teardown is a dry run unless asked otherwise",
    event: { name: dispatch, ...teardown, inputs: production },
    check: ({ run, before, after }) => [...jobs(run, ["planned"]), ...untouched(before, after)],
  },
  {
    name: "keep-for",
    claim: "a dispatched run can deploy for a time only",
    event: { name: dispatch, ...pipeline, inputs: { ...production, "keep-for": "0.0001" } },
    check: ({ run }) => [
      ...jobs(run, all),
      ...like("expires-at", output(run, "deploy", "expires-at"), /^\d{4}-/),
    ],
  },
  {
    name: "kept",
    after: "keep-for",
    claim:
      "a dispatched teardown with keep-for says anew when an environment ends, and removes nothing",
    event: { name: dispatch, ...teardown, inputs: { ...production, "keep-for": "0.0001" } },
    check: ({ run, before, after }) => [
      ...jobs(run, ["kept"]),
      ...like("expires-at", output(run, "kept", "expires-at"), /^\d{4}-/),
      // What visitors asked shortly before may be captured meanwhile.
      ...is(
        "what is gone",
        before.resources.filter((each) => !after.resources.includes(each)),
        [],
      ),
    ],
  },
  {
    name: "expired",
    after: "keep-for",
    claim:
      "the hourly teardown removes an environment whose time is over, and leaves its reports and models",
    event: { name: "schedule", ...teardown },
    check: ({ run, before, after }) => [
      ...jobs(run, ["expired"]),
      ...is("an endpoint before", before.endpoint !== undefined, true),
      ...is(
        "what is left",
        after.resources.filter((each) => !history.test(each)),
        [],
      ),
    ],
  },
  {
    name: "failed-stack",
    after: "expired",
    claim: "an endpoint whose stack fails is taken back: nothing serves, and costs, unverified",
    event: {
      name: dispatch,
      ...pipeline,
      inputs: production,
      variables: { SCONES_CLOUDFORMATION_ROLE_ARN: "arn:aws:iam::000000000000:role/nobody" },
    },
    check: ({ run, after }) => [
      ...jobs(run, all, ["deploy", "verify"]),
      ...like("verify's error", said(run, "verify", "error"), /ever verified: it is deleted/),
      ...is("the endpoint", after.endpoint, undefined),
    ],
  },
  {
    name: "teardown",
    claim: "a dispatched teardown of everything leaves nothing",
    event: {
      name: dispatch,
      ...teardown,
      inputs: { ...production, "dry-run": "false", everything: "true" },
    },
    check: ({ run, after }) => [
      ...jobs(run, ["named"]),
      ...is("what is left", after.resources, []),
    ],
  },
];

/** These proofs and those that they need, in their order. */
export function withNeeded(names: readonly string[]): Proof[] {
  const wanted = new Set(names);
  for (const { name, after } of proofs.toReversed()) {
    if (after !== undefined && wanted.has(name)) wanted.add(after);
  }
  return proofs.filter(({ name }) => wanted.has(name));
}

/** Exactly these jobs, in this order; all succeeded but those that must fail. */
function jobs(run: ActRun, ids: readonly string[], failing: readonly string[] = []): string[] {
  const expected = ids.map((id) => `${id} ${failing.includes(id) ? "failure" : "success"}`);
  const found = run.jobs.map(({ id, result }) => `${id} ${result}`);
  return [
    ...is("jobs", found, expected),
    ...is("exit code", run.exitCode, failing.length === 0 ? 0 : 1),
  ];
}

/** Neither endpoint nor stack was made, changed or removed, and nothing was trained. */
function untouched(before: AwsState, after: AwsState): string[] {
  const { endpoint, stack, trainingJobs } = before;
  return [
    ...is("the endpoint", after.endpoint, endpoint),
    ...is("the stack", after.stack, stack),
    ...is("training jobs", after.trainingJobs, trainingJobs),
  ];
}

function output({ jobs: ran }: ActRun, job: string, name: string): string | undefined {
  return ran.find(({ id }) => id === job)?.outputs[name];
}

function said({ jobs: ran }: ActRun, job: string, level: "notice" | "error"): string {
  const annotations = ran.find(({ id }) => id === job)?.annotations ?? [];
  return annotations
    .filter((annotation) => annotation.level === level)
    .map(({ message }) => message)
    .join("\n");
}

function is(what: string, found: unknown, expected: unknown): string[] {
  if (isDeepStrictEqual(found, expected)) return [];
  return [`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`];
}

function like(what: string, found: string | undefined, pattern: RegExp): string[] {
  return pattern.test(found ?? "") ? [] : [`${what}: ${JSON.stringify(found)}, not ${pattern}`];
}
