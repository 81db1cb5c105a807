import { execFile } from "node:child_process";
import { expect, test } from "@jest/globals";

/** What a stranger sees: the real entry, in a child process. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["local/run.ts", ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("--help shows every option and exit code", async () => {
  const { code, stdout } = await run("--help");
  expect(code).toBe(0);
  for (const word of [
    "--dataset",
    "--config",
    "--out",
    "--json",
    "--keep",
    "the gate stayed closed",
  ]) {
    expect(stdout).toContain(word);
  }
});

test.each([
  ["an unknown option", ["--datset", "drawn"]],
  ["an option without its value", ["--json"]],
  ["a word that is no option", ["drawn"]],
])("%s is a usage error", async (_, args) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toContain("--help shows the options");
});

test.each([
  ["a dataset that is missing", ["--dataset", "no-such.tar.gz"], "no-such.tar.gz"],
  ["a file that is no archive", ["--dataset", "package.json"], "package.json"],
  ["a configuration that is missing", ["--config", "no-such.yaml"], "no-such.yaml"],
])("%s is refused before anything is started", async (_, args, named) => {
  const { code, stdout } = await run(...args);
  expect(code).toBe(2);
  expect(stdout).toContain(named);
  expect(stdout).not.toContain("local AWS");
});
