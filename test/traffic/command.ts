import { type ChildProcess, spawn } from "node:child_process";

export interface TrafficCommand {
  readonly child: ChildProcess;
  /** Once it has ended: its exit code and all that it said. */
  readonly ended: Promise<{ readonly exitCode: unknown; readonly output: string }>;
}

/** `npm run traffic` in a process of its own, against the environment `test`. */
export function startTraffic(
  options: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): TrafficCommand {
  const child = spawn(
    process.execPath,
    ["traffic/run.ts", "--environment", "test", "--seed", "3", ...options],
    { env: { ...process.env, NODE_OPTIONS: "", ...environment } },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise((resolve) => child.on("close", resolve));
  return { child, ended: ended.then((exitCode) => ({ exitCode, output })) };
}
