import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openWorkingCopy, type WorkingCopy } from "../../local/workflows/working-copy.ts";

let folder: string;
let copy: WorkingCopy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-working-copy-test-"));
  copy = await openWorkingCopy(folder, [[["dataset", "source"], "drawn"]]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function git(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("git", ["-C", folder, ...args])).stdout.trim();
}

test("the copy is the project as it lies here, but for the changes to pipeline.yaml", async () => {
  const [was, is] = await Promise.all(
    [".", folder].map(async (root) => {
      const text = await readFile(join(root, "pipeline.yaml"), "utf8");
      return text.split("\n");
    }),
  );
  const changed = is?.filter((line) => !was?.includes(line));
  expect(changed).toEqual(["  source: drawn"]);
  expect(await readFile(join(folder, "local/workflows.ts"))).toEqual(
    await readFile("local/workflows.ts"),
  );
  expect(await git("ls-files", "node_modules", "out", ".venv")).toBe("");
});

test("it has one branch, main, and a push of nothing moves it", async () => {
  const before = await copy.head();
  await copy.commit("Nothing");
  expect(await git("rev-parse", "main")).toBe(await copy.head());
  expect(await copy.head()).not.toBe(before);
  expect(await git("diff", "--stat", before, "main")).toBe("");
});
