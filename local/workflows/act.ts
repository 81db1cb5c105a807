import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { StepError } from "../../pipeline/errors.ts";
import { ActLog, type JobRecord, type StepRecord } from "./act-log.ts";

/** The released version of act that runs the workflows. */
export const ACT = { module: "github.com/nektos/act", version: "v0.2.89", name: "act" } as const;

/** How long act gets to stop its steps, and then itself, before the next, harder signal. */
const GRACE_MS = 8_000;

interface ActOptions {
  readonly act: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of this process is passed on. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (job: JobRecord, step: StepRecord) => void;
}

/** How a run of a workflow ended: its jobs, and the exit code, 0 where all of them succeeded. */
export interface ActRun {
  readonly exitCode: number | null;
  readonly jobs: readonly JobRecord[];
  readonly text: readonly string[];
}

/**
 * Runs act and reads what it says. On abort, or when the time is over, act is told to stop, so that the
 * steps can end what they started; it never outlives this process.
 * @throws StepError when the time is over; the signal's reason on abort.
 */
export async function runAct(options: ActOptions): Promise<ActRun> {
  const { act, args, environment, folder, timeoutMs, signal } = options;
  const log = new ActLog(options.onStep);
  const overdue = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, overdue]);
  stop.throwIfAborted();
  // A group of its own: Ctrl-C in the terminal reaches act once, through here.
  const child = spawn(act, args, {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => log.read(line));
  }
  using _ = stopping(child, stop);
  const exitCode = await ended;
  signal.throwIfAborted();
  if (overdue.aborted) {
    throw new StepError(
      `act ${args[0]} did not end within ${timeoutMs / 1000} s.\n${log.text.slice(-12).join("\n")}`,
    );
  }
  return { exitCode, jobs: log.jobs, text: log.text };
}

/** Ends act on abort: SIGINT cancels its jobs, SIGTERM ends it without their clean-up. */
function stopping(child: ChildProcess, stop: AbortSignal): Disposable {
  const timers: NodeJS.Timeout[] = [];
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, signal);
  };
  const onAbort = () => {
    kill("SIGINT");
    timers.push(setTimeout(kill, GRACE_MS, "SIGTERM"), setTimeout(kill, 2 * GRACE_MS, "SIGKILL"));
  };
  const onExit = () => kill("SIGKILL");
  stop.addEventListener("abort", onAbort, { once: true });
  process.once("exit", onExit);
  return {
    [Symbol.dispose]: () => {
      stop.removeEventListener("abort", onAbort);
      process.off("exit", onExit);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
