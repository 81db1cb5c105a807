import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { parse } from "yaml";

interface Release {
  readonly jobs: {
    readonly publish: {
      readonly steps: readonly { readonly env?: Record<string, string>; readonly run?: string }[];
    };
  };
}

const { jobs } = parse(readFileSync(".github/workflows/release.yml", "utf8")) as Release;
const { env = {}, run = "" } = jobs.publish.steps.at(-1) ?? {};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scones-release-"));
  git(folder, "init", "--quiet", "--bare", "origin");
  git(folder, "clone", "--quiet", "origin", "work");
  writeFileSync(join(folder, "work", "source.ts"), "source\n");
  writeFileSync(join(folder, "work", ".gitignore"), "index.mjs\n");
  git(work(), "add", "--all");
  git(
    work(),
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b.test",
    "commit",
    "--quiet",
    "-m",
    "Source",
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const work = () => join(folder, "work");

function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: "pipe" }).trim();
}

/** What a person does, and then the workflow: tags the commit, and the last step of release.yml runs. */
function release(tag: string): void {
  const commit = git(work(), "rev-parse", "HEAD");
  git(work(), "push", "--quiet", "origin", `${commit}:refs/tags/${tag}`);
  const bundle = join(work(), "bundle", "actions", "train-model");
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, "index.mjs"), `// ${tag}\n`);
  const values: Record<string, string> = {
    "${{ github.ref_name }}": tag,
    "${{ github.sha }}": commit,
    "${{ runner.temp }}/bundle.index": join(folder, `${tag}.index`),
  };
  execFileSync("bash", ["-e", "-c", run], {
    cwd: work(),
    stdio: "pipe",
    env: {
      PATH: process.env["PATH"],
      ...Object.fromEntries(
        Object.entries(env).map(([name, value]) => [name, values[value] ?? value]),
      ),
    },
  });
}

const bundleAt = (ref: string) =>
  git(join(folder, "origin"), "show", `${ref}:actions/train-model/index.mjs`);

test("the version's tag and the major one move to a commit with the bundle alone, after the source", () => {
  release("v1.2.3");
  const origin = join(folder, "origin");
  expect(bundleAt("v1.2.3")).toBe("// v1.2.3");
  expect(git(origin, "ls-tree", "-r", "--name-only", "v1")).toBe("actions/train-model/index.mjs");
  expect(git(origin, "rev-parse", "v1")).toBe(git(origin, "rev-parse", "v1.2.3"));
  expect(git(origin, "log", "--format=%s by %an", "v1")).toBe(
    "Bundle v1.2.3 by github-actions[bot]\nSource by a",
  );
});

test("v1 follows the newest release, not the latest run", () => {
  release("v1.9.0");
  release("v1.10.0");
  expect(bundleAt("v1")).toBe("// v1.10.0");
  release("v1.9.1");
  expect(bundleAt("v1.9.1")).toBe("// v1.9.1");
  expect(bundleAt("v1")).toBe("// v1.10.0");
  release("v2.0.0");
  expect([bundleAt("v1"), bundleAt("v2")]).toEqual(["// v1.10.0", "// v2.0.0"]);
});
