import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const keptLines = 1000;
const graceMs = 2000;

/** A container's process: the algorithm, as the local SageMaker runs it. */
export interface Container {
  /** The last lines that it wrote, output and errors together. */
  readonly log: readonly string[];
  /** Resolves when it has ended: its exit code, or null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends it: SIGTERM, and SIGKILL two seconds later. */
  stop(): Promise<void>;
}

/** The line of a log that says why it ended: the last error's, or else the last. */
export function lastWords(log: readonly string[]): string {
  return (
    log.findLast((line) => /^\w*Error\b/.test(line)) ??
    log.at(-1) ??
    "it said nothing"
  ).trim();
}

/**
 * Starts a script of the algorithm with Node, apart from the caller's environment as in a container.
 * `onLine` gets each line of its standard output, `onLog` those of its errors too.
 */
export function startContainer(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  onLog: (line: string) => void = () => undefined,
): Container {
  const preload = new URL("end-with-parent.ts", import.meta.url).href;
  const { PATH = "", HOME = "", TMPDIR = "/tmp" } = process.env;
  const child = spawn(process.execPath, ["--import", preload, script, ...args], {
    env: { PATH, HOME, TMPDIR, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C in a terminal goes to the whole process group; a container ends only when it is told to.
    detached: true,
  });
  const log: string[] = [];
  const keep = (line: string) => {
    log.push(line);
    onLog(line);
    if (log.length > keptLines) log.shift();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    keep(line);
    onLine(line);
  });
  createInterface({ input: child.stderr }).on("line", keep);
  // The pipe breaks when the process ends first; that end is reported by `ended`.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      keep(error.message);
      resolve(null);
    });
    child.on("close", resolve);
  });
  return {
    log,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const last = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await ended;
      clearTimeout(last);
    },
  };
}
