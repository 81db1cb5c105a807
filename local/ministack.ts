import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { StepError } from "../pipeline/errors.ts";
import { poll } from "../pipeline/poll.ts";

const LAUNCHER = fileURLToPath(new URL("serve-ministack.py", import.meta.url));
const LOG_TAIL_LINES = 20;

/** The account's root, whom ministack lets do everything. */
export const ROOT_CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" } as const;

/** A running ministack. `stop` ends it, its Lambdas and its temporary files; it may be called twice. */
export interface Ministack {
  readonly endpoint: string;
  readonly port: number;
  /** What an AWS tool needs in its environment to speak to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The last lines that it logged, for an error's sake. */
  readonly logTail: () => string;
  readonly stop: () => Promise<void>;
}

interface MinistackOptions {
  /** The folder that `ensureVenv` returned. */
  readonly venv: string;
  readonly region?: string;
  /** Its temporary files lie in a folder of their own under this one. */
  readonly workDir?: string;
  readonly startTimeoutMs?: number;
  /** A file that gets every decision about a role as a line of JSON; see authorization.py. */
  readonly decisions?: string;
  readonly signal?: AbortSignal;
}

/**
 * Starts ministack on a free port of 127.0.0.1, without Docker; its Lambdas run on this process's own
 * node. It and they end with this process, even when that is killed.
 * @throws StepError with the log's tail where it ends early or does not answer in time.
 */
export async function startMinistack({
  venv,
  region = "us-east-1",
  workDir = tmpdir(),
  startTimeoutMs = 60_000,
  decisions,
  signal = new AbortController().signal,
}: MinistackOptions): Promise<Ministack> {
  const folder = await mkdtemp(join(workDir, "scones-ministack-"));
  const child = spawn(join(venv, "bin", "python"), [LAUNCHER], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...childEnvironment(folder, region),
      ...(decisions !== undefined && { SCONES_DECISIONS: decisions }),
    },
  });
  const log: string[] = [];
  const port = readOutput(child, log);
  const logTail = () => log.join("\n");
  const stop = () => end(child, folder);
  try {
    const endpoint = await poll(() => answers(child, port, logTail), {
      what: "ministack's start",
      timeoutMs: startTimeoutMs,
      intervalMs: 25,
      signal,
      resume: () => `Its log ends:\n${logTail()}`,
    });
    return {
      endpoint,
      port: Number(new URL(endpoint).port),
      environment: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: ROOT_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ROOT_CREDENTIALS.secretAccessKey,
      },
      logTail,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing of the caller's AWS settings or node options reaches ministack or its Lambdas. */
function childEnvironment(folder: string, region: string): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    STATE_DIR: join(folder, "state"),
    S3_DATA_DIR: join(folder, "s3"),
    LANG: "C.UTF-8",
    MINISTACK_REGION: region,
    MINISTACK_HOST: "127.0.0.1",
    // Each Lambda works under its role, so that a permission that is missing fails here too.
    AUTH: "true",
    LAMBDA_EXECUTOR: "local",
    LOG_LEVEL: "WARNING",
    SFTP_ENABLED: "0",
    IOT_MTLS_ENABLED: "0",
  };
}

/** Keeps the last lines of the log, and resolves the port, which is the first line of stdout. */
function readOutput(child: ChildProcess, log: string[]): { value?: number } {
  const port: { value?: number } = {};
  const keep = (chunk: Buffer) => {
    log.push(...chunk.toString().trimEnd().split("\n"));
    log.splice(0, log.length - LOG_TAIL_LINES);
  };
  child.stdout?.once("data", (chunk: Buffer) => {
    port.value = Number(chunk.toString().split("\n")[0]);
    child.stdout?.on("data", keep);
  });
  child.stderr?.on("data", keep);
  child.on("error", (error) => log.push(error.message));
  return port;
}

async function answers(
  child: ChildProcess,
  port: { value?: number },
  logTail: () => string,
): Promise<string | undefined> {
  if (child.pid === undefined || hasEnded(child)) {
    await sleep(50);
    throw new StepError(
      `ministack ended with ${child.exitCode ?? child.signalCode ?? "no process"} as it started. Delete .venv and run again to make it anew. Its log ends:\n${logTail()}`,
    );
  }
  if (port.value === undefined) return undefined;
  const endpoint = `http://127.0.0.1:${port.value}`;
  try {
    const answer = await fetch(`${endpoint}/_ministack/health`, {
      signal: AbortSignal.timeout(2_000),
    });
    await answer.arrayBuffer();
    return answer.ok ? endpoint : undefined;
  } catch {
    return undefined;
  }
}

/** Closing its stdin makes the launcher kill its process group; where it hangs, it is done from here. */
async function end(child: ChildProcess, folder: string): Promise<void> {
  child.stdin?.on("error", () => undefined).destroy();
  const deadline = Date.now() + 3_000;
  while (child.pid !== undefined && !hasEnded(child) && Date.now() < deadline) await sleep(10);
  if (child.pid !== undefined) killGroup(child.pid);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
