import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { ensureGoTool } from "../local/go-tool.ts";
import { ensureVenv } from "../local/venv.ts";

// npm run check: what GitHub would refuse or ought to, in the workflows and the actions. Every exception
// stands with its reason in the file itself or in .github/zizmor.yml.
const actionlint = await ensureGoTool({
  module: "github.com/rhysd/actionlint/cmd/actionlint",
  version: "v1.7.12",
  name: "actionlint",
});
const zizmor = join(await ensureVenv(console.log), "bin", "zizmor");
const strict = ["--offline", "--persona=pedantic", "--strict-collection", "--no-progress"];
const commands: [string, string[]][] = [[zizmor, [...strict, "--quiet", ".github", "actions"]]];
if (actionlint !== undefined) commands.unshift([actionlint, globSync(".github/workflows/*.yml")]);
for (const [command, args] of commands) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = 1;
}
