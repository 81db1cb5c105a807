import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "@jest/globals";

let child: ChildProcess;

afterEach(() => {
  child.kill("SIGKILL");
});

/** A process that says when it listens, what its signals come to, and then waits to be ended. */
function start(graceMs: number, dispose = false): AsyncIterator<string> {
  const module = new URL("../../pipeline/cancel.ts", import.meta.url).href;
  const script = `
    import { cancelOnSignals } from "${module}";
    const cancel = cancelOnSignals((name) => console.log("said " + name), ${graceMs});
    process.on("SIGINT", () => console.log(cancel.exitCode, cancel.signal.reason.message));
    if (${dispose}) cancel[Symbol.dispose]();
    setInterval(() => undefined, 1000);
    console.log("ready");`;
  child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {},
  });
  if (child.stdout === null) throw new Error("the process has no output");
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  return (await lines.next()).value as string;
}

const end = () =>
  new Promise<[code: number | null, signal: string | null]>((resolve) => {
    child.once("exit", (code, signal) => resolve([code, signal]));
  });

test("the first signal aborts with its name, and the process goes on to clean up", async () => {
  const lines = start(0);
  expect(await next(lines)).toBe("ready");
  child.kill("SIGINT");
  expect(await next(lines)).toBe("said SIGINT");
  expect(await next(lines)).toBe("130 The run was cancelled by SIGINT.");
  expect(child.exitCode).toBeNull();
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("after %s a second signal ends the process at once with %i", async (signal, code) => {
  const lines = start(0);
  await next(lines);
  child.kill(signal);
  expect(await next(lines)).toBe(`said ${signal}`);
  const ended = end();
  child.kill("SIGTERM");
  expect(await ended).toEqual([code, null]);
});

test("within the grace a second signal is the same wish: GitHub sends SIGINT, then SIGTERM", async () => {
  const lines = start(60_000);
  await next(lines);
  child.kill("SIGTERM");
  expect(await next(lines)).toBe("said SIGTERM");
  child.kill("SIGINT");
  expect(await next(lines)).toBe("143 The run was cancelled by SIGTERM.");
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
});

test("afterwards a signal has its usual meaning again", async () => {
  await next(start(60_000, true));
  const ended = end();
  child.kill("SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
});
