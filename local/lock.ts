import { readlink, rm, symlink } from "node:fs/promises";
import { poll } from "../pipeline/poll.ts";

const LOCK_TIMEOUT_MS = 600_000;

interface LockOptions {
  /** What is made under the lock, for the words of who waits: `.venv`. */
  readonly what: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes a lock, a symbolic link to its owner's process id, which is made with that or not at all; one
 * whose owner is gone is taken over.
 * @returns what gives it back.
 * @throws StepError where another living process holds it for ten minutes.
 */
export async function takeLock(
  file: string,
  { what, log, signal }: LockOptions,
): Promise<() => Promise<void>> {
  let said = false;
  return poll(
    async () => {
      try {
        await symlink(String(process.pid), file);
        return () => rm(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = await readlink(file).catch(() => undefined);
      if (owner === undefined) return undefined; // It was given back meanwhile.
      if (!isAlive(Number(owner))) await rm(file, { force: true });
      else if (!said) {
        log(`another run (process ${owner}) is making ${what}: waiting for it`);
        said = true;
      }
      return undefined;
    },
    {
      what: `${file}: the run that holds it`,
      timeoutMs: LOCK_TIMEOUT_MS,
      intervalMs: 250,
      signal,
      resume: `Delete the file if no other run is making ${what}.`,
    },
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
