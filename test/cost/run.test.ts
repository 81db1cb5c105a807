import { execFile } from "node:child_process";
import { expect, test } from "@jest/globals";

/** What a stranger sees: the real entry, in a child process. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["cost/run.ts", ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("a total with an unknown price says at least, and names what is unknown", async () => {
  const { code, stdout } = await run("--training-minutes", "60");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^training +\$0\.7360 {2}60 min x 1 x ml\.g4dn\.xlarge$/m);
  expect(stdout).toMatch(/^evaluation +unknown /m);
  expect(stdout).toMatch(/^total +at least \$0\.7370 {2}unknown: evaluation$/m);
  expect(stdout).toMatch(/^endpoint +\$167\.90 {2}730 h$/m);
});

test("--json has the same as numbers, and no number for what is unknown", async () => {
  const { code, stdout } = await run("--json", "--region", "eu-west-1", "--environment", "staging");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    environment: "staging",
    region: "eu-west-1",
    hour: { usd: 0.257, unknown: [] },
    monitoring: { usd: 0, unknown: ["alarms", "metrics", "dashboard"] },
  });
});

test.each([
  [["--training-minutes", "0"], '"0" is no number above 0'],
  [["--pictures-per-month", "many"], '"many" is no whole number'],
  [["--region", "Ireland"], "--region"],
  [["--config", "none.yaml"], "none.yaml cannot be read"],
  [["--run", "package.json"], "package.json is no run's document"],
])("%j ends with 2 and says why", async (args, reason) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(reason);
});
