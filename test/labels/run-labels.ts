import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../labels/run.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  /** Both of its outputs. */
  readonly said: string;
}

/** Runs the real entry of `npm run labels` in a child process. */
export function runLabels(
  args: readonly string[],
  {
    cwd,
    environment = {},
    input = "",
  }: {
    readonly cwd?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly input?: string;
  } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd,
    env: { ...process.env, ...environment },
  });
  let said = "";
  const listen = (chunk: string) => (said += chunk);
  child.stdout.setEncoding("utf8").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
}
