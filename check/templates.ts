import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { ensureVenv } from "../local/venv.ts";

// npm run check: AWS's rules for the templates and the state machines, which the local AWS does not enforce.
const venv = await ensureVenv(console.log);
const commands: [string, string[]][] = [
  [join(venv, "bin", "cfn-lint"), globSync("cloudformation/*.yaml")],
  ...globSync("cloudformation/*.asl.json").map((file): [string, string[]] => [
    "node_modules/.bin/asl-validator",
    ["--json-path", file],
  ]),
];
for (const [command, args] of commands) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = 1;
}
