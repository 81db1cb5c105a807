import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { standInArguments } from "../../local/workflows/stand-ins.ts";

const commit = "0".repeat(40);
const workflow = ".github/workflows/a.yml";
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "scones-stand-ins-test-"));
  await mkdir(join(root, ".github/workflows"), { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function uses(...actions: readonly string[]): Promise<string[]> {
  const steps = actions.map((action) => `      - uses: ${action}\n`).join("");
  await writeFile(join(root, workflow), `jobs:\n  one:\n    steps:\n${steps}`);
  return standInArguments(root, [workflow]);
}

test("other people's actions are taken from the stand-ins, at the commit that the workflow names", async () => {
  const args = await uses(`actions/checkout@${commit}`, "./actions/a", `actions/cache@${commit}`);
  expect(args).toEqual([
    expect.stringMatching(
      /^--local-repository=actions\/cache@0{40}=\/.*\/stand-ins\/actions\/cache$/,
    ),
  ]);
});

test("those of the repository's composite actions too", async () => {
  await mkdir(join(root, ".github/actions/setup"), { recursive: true });
  const composite = `runs:\n  steps:\n    - uses: actions/setup-node@${commit}\n`;
  await writeFile(join(root, ".github/actions/setup/action.yml"), composite);
  expect(await uses("./.github/actions/setup")).toEqual([
    expect.stringContaining("stand-ins/actions/setup-node"),
  ]);
});

test("an action without a stand-in is named, and nothing is fetched", async () => {
  await expect(uses(`someone/else/part@${commit}`)).rejects.toThrow(
    /^The workflows use someone\/else\/part, which has no stand-in/,
  );
});
