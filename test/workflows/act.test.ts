import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { runAct } from "../../local/workflows/act.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/scones-act-test-`);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A shell in act's place: what matters here is how it is ended. */
const run = (script: string, timeoutMs: number, signal = new AbortController().signal) =>
  runAct({
    act: "/bin/sh",
    args: ["-c", script],
    environment: { PATH: "/usr/bin:/bin" },
    folder,
    timeoutMs,
    signal,
    onStep: () => undefined,
  });

test("a run that does not end in time is stopped and fails with its last words", async () => {
  await expect(run("echo waiting for ever; exec sleep 60", 300)).rejects.toThrow(
    /did not end within 0\.3 s\.\nwaiting for ever/,
  );
});

test("a cancelled run ends with the reason, and its process is gone", async () => {
  const cancel = new AbortController();
  const ended = run("exec sleep 60", 60_000, cancel.signal);
  cancel.abort(new Error("cancelled by SIGINT"));
  await expect(ended).rejects.toThrow("cancelled by SIGINT");
});

test("the exit code and what was said are the answer", async () => {
  const { exitCode, text } = await run("echo one; echo two >&2; exit 3", 60_000);
  expect([exitCode, text.toSorted()]).toEqual([3, ["one", "two"]]);
});

test("nothing of this process's environment is passed on", async () => {
  const { text } = await run("echo [$HOME$AWS_SECRET_ACCESS_KEY]", 60_000);
  expect(text).toEqual(["[]"]);
});
