import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { inputs as driftIssue } from "../../.github/actions/drift-issue/index.ts";
import { inputs as evaluationComment } from "../../.github/actions/evaluation-comment/index.ts";
import { action as deployStack } from "../../actions/deploy-stack/index.ts";
import { action as gateDeployment } from "../../actions/gate-deployment/index.ts";
import { ceilings, JOB_MINUTES } from "../../.github/actions/check-inputs/ceilings.ts";
import { kebab, type Inputs } from "../../actions/inputs.ts";
import { parseConfig } from "../../pipeline/config.ts";
import { ROLLBACK_MINUTES } from "../../pipeline/endpoint/endpoint.ts";

interface Job {
  readonly name: string;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: unknown;
  readonly concurrency?: { readonly group: string };
  readonly "timeout-minutes"?: number;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": unknown };
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = globSync(".github/workflows/*.yml").map((file): [string, Workflow] => [
  file,
  parse(readFileSync(file, "utf8")) as Workflow,
]);
const jobs = workflows.flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([id, job]): [string, Job] => [`${file}: ${id}`, job]),
);

function workflow(name: string): Workflow {
  const [, found] = workflows.find(([file]) => file.endsWith(`/${name}.yml`)) ?? [];
  if (found === undefined) throw new Error(`There is no ${name}.yml.`);
  return found;
}

test.each(workflows)(
  "%s grants nothing on top and runs no stranger's code with secrets",
  (_file, { on, permissions }) => {
    expect(permissions).toEqual({});
    expect(Object.keys(on)).not.toContain("pull_request_target");
  },
);

test.each(jobs)(
  "%s ends by itself, has permissions of its own, and no expression in a script",
  (_id, job) => {
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
    expect(job.permissions).toBeDefined();
    for (const { run } of job.steps) expect(run ?? "").not.toContain("${{");
  },
);

test("every local action that is used exists", () => {
  const used = jobs.flatMap(([, { steps }]) => steps.map(({ uses = "" }) => uses));
  const local = used.filter((uses) => uses.startsWith("./"));
  expect(local.length).toBeGreaterThan(0);
  expect(local.filter((uses) => !existsSync(join(uses, "action.yml")))).toEqual([]);
});

test("labelled captures are staged by a push as by a dispatch, unless that one says no", () => {
  const { on, jobs: all } = workflow("pipeline");
  const { inputs } = on["workflow_dispatch"] as {
    inputs: Record<string, { default?: unknown }>;
  };
  expect(inputs["with-captures"]?.default).toBe(parseConfig("").dataset.withCaptures);
  expect(parseConfig("").dataset.withCaptures).toBe(true);
  const stage = all["stage"]?.steps.find(({ uses }) => uses === "./actions/stage-data");
  // A push has no inputs: the text is empty, and pipeline.yaml decides.
  expect(stage?.with?.["with-captures"]).toBe("${{ inputs.with-captures }}");
});

test("the pipeline's jobs follow each other, so that nothing starts after a closed gate", () => {
  const { concurrency, jobs: all } = workflow("pipeline");
  expect(concurrency?.["cancel-in-progress"]).toBe(false);
  const order = ["stage", "train", "evaluate", "gate", "deploy", "verify"];
  expect(Object.keys(all)).toEqual(order);
  for (const [at, id] of order.slice(1).entries()) {
    expect([all[id]?.needs].flat()).toContain(order[at]);
  }
  expect(all["deploy"]?.environment).toBeDefined();
});

test("a teardown waits in no line in which a push could cancel it, and a plan for nobody", () => {
  const { expired, planned, named, kept } = workflow("teardown").jobs;
  const groups = [expired, planned, named, kept].map((job) => job?.concurrency?.group ?? "");
  expect(groups.every((each) => each.startsWith("teardown-"))).toBe(true);
  expect(new Set(groups).size).toBe(4);
  expect(groups[2]).toBe("teardown-${{ inputs.environment }}");
  expect(planned?.environment).toBeUndefined();
  expect(own(planned)[0]?.with).toMatchObject({ "dry-run": true });
});

test("a plan keeps what the removal would keep", () => {
  const { planned, named } = workflow("teardown").jobs;
  const kept = [planned, named].map((job) =>
    Object.entries(own(job)[0]?.with ?? {}).filter(([name]) => name.startsWith("keep-")),
  );
  expect(kept[0]?.map(([name]) => name)).toEqual(["keep-reports", "keep-models", "keep-labels"]);
  expect(kept[0]).toEqual(kept[1]);
});

test("what ends an environment by hand, now or later, passes its protection rules", () => {
  const { named, kept } = workflow("teardown").jobs;
  expect([named?.environment, kept?.environment]).toEqual(
    Array(2).fill("${{ inputs.environment }}"),
  );
});

test("a push and the daily monitor work on the environment that the repository's variable names", () => {
  const named = "${{ inputs.environment || vars.SCONES_ENVIRONMENT || 'production' }}";
  const { env, concurrency, jobs: all } = workflow("pipeline");
  expect([env?.["ENVIRONMENT"], workflow("monitor").env?.["ENVIRONMENT"]]).toEqual([named, named]);
  expect(all["deploy"]?.environment).toMatchObject({ name: named });
  expect(concurrency?.group).toBe(`pipeline-${named}`);
  const given = Object.values(all).flatMap((job) =>
    own(job).map((step) => step.with?.["environment"]),
  );
  expect(new Set(given)).toEqual(new Set(["${{ env.ENVIRONMENT }}"]));
});

test("the daily monitor starts a run for each other environment that is watched", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scones-gh-"));
  try {
    const gh = join(folder, "gh");
    await writeFile(gh, '#!/bin/sh\necho "$@"\n[ "$7" != environment=gone ]\n', { mode: 0o755 });
    const script = workflow("monitor").jobs["others"]?.steps[0]?.run ?? "";
    const start = (MONITORED: string) =>
      spawnSync("bash", ["-e", "-c", script], {
        env: {
          PATH: `${folder}:/usr/bin:/bin`,
          MONITORED,
          ENVIRONMENT: "production",
          GITHUB_REF_NAME: "main",
        },
        encoding: "utf8",
      });
    const all = start("staging production demo");
    const line = "workflow run monitor.yml --ref main --field environment=";
    expect([all.status, all.stdout]).toEqual([0, `${line}staging\n${line}demo\n`]);
    const some = start("gone demo");
    expect([some.status, some.stdout]).toEqual([1, `${line}gone\n${line}demo\n`]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a retraining leaves the environment's expiry as it is", () => {
  const { retrain } = workflow("monitor").jobs;
  expect(retrain?.steps[0]?.run).toContain("--field keep-for=unchanged");
});

test("a job of a pull request that may write runs none of its code, and nothing from a cache", () => {
  const writing = Object.values(workflow("ci").jobs).filter(({ permissions = {} }) =>
    Object.values(permissions).includes("write"),
  );
  expect(writing).toHaveLength(1);
  for (const { steps } of writing) {
    const checkOut = steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
    expect(checkOut.map((step) => step.with?.["ref"])).toEqual([
      "${{ github.event.pull_request.base.sha || github.sha }}",
    ]);
    expect(steps.filter(({ uses = "" }) => /setup$|\/cache@/.test(uses))).toEqual([]);
    expect(steps.map(({ run }) => run)).toContain("npm ci");
  }
});

/** A job's steps that are actions of the project. */
const own = (job: Job | undefined) =>
  job?.steps.filter(({ uses = "" }) => uses.startsWith("./actions/")) ?? [];

test("a deployment that comes late passes the gate again, beside what serves by then", () => {
  const { gate, deploy } = workflow("pipeline").jobs;
  expect(own(deploy).map(({ uses }) => uses)).toEqual([
    "./actions/gate-deployment",
    "./actions/deploy-endpoint",
    "./actions/deploy-stack",
  ]);
  expect(own(deploy)[0]).toEqual(own(gate)[0]);
});

test.each(jobs)("%s ends before its credentials, which the role allows it", (_id, job) => {
  const limit = /MaxSessionDuration: (\d+)/.exec(
    readFileSync("cloudformation/bootstrap.yaml", "utf8"),
  );
  for (const { uses = "", with: given = {} } of job.steps) {
    if (!uses.startsWith("aws-actions/configure-aws-credentials@")) continue;
    const seconds = Number(given["role-duration-seconds"] ?? 3600);
    expect(job["timeout-minutes"]).toBeLessThanOrEqual(seconds / 60);
    expect(seconds).toBeLessThanOrEqual(Number(limit?.[1]));
  }
});

test("the jobs are long enough for the longest waits that check-inputs lets pass", () => {
  const { evaluate, gate, deploy, verify } = workflow("pipeline").jobs;
  const { expired, named } = workflow("teardown").jobs;
  const long = [evaluate, deploy, verify, expired, named].map((job) => job?.["timeout-minutes"]);
  expect(new Set(long)).toEqual(new Set([JOB_MINUTES]));
  const transforms = Number(own(evaluate)[0]?.with?.["timeout-minutes"]);
  expect(transforms).toBeLessThan(JOB_MINUTES);
  expect(2 * ceilings.evaluation).toBeLessThan(transforms);
  const again = gateDeployment.lease?.minutes(parseConfig("")) ?? 0;
  expect(again).toBe(gate?.["timeout-minutes"]);
  const stack = deployStack.lease?.minutes(parseConfig("")) ?? 0;
  expect(again + ceilings.endpoint + ROLLBACK_MINUTES + stack).toBeLessThan(JOB_MINUTES);
});

test.each<[string, Inputs]>([
  ["drift-issue", driftIssue],
  ["evaluation-comment", evaluationComment],
])("%s: action.yml has the inputs of its code", (name, inputs) => {
  const file = readFileSync(`.github/actions/${name}/action.yml`, "utf8");
  const action = parse(file) as { inputs: Record<string, { required: boolean; default?: string }> };
  const { token, ...described } = action.inputs;
  expect(token?.default).toBe("${{ github.token }}");
  const expected = Object.entries(inputs).map(([key, { required, fallback }]) => [
    kebab(key),
    { required, default: fallback },
  ]);
  expect(
    Object.entries(described).map(([key, { required, default: fallback }]) => [
      key,
      { required, default: fallback },
    ]),
  ).toEqual(expected);
});
