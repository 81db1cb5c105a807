import { expect, test } from "@jest/globals";
import { poll } from "../../pipeline/poll.ts";

const options = {
  what: "Training job a",
  timeoutMs: 30,
  intervalMs: 1,
  signal: new AbortController().signal,
  resume: "Run the step again.",
};

test("a wait ends with what was found", async () => {
  let looks = 0;
  const patient = { ...options, timeoutMs: 60_000 };
  expect(await poll(async () => (++looks === 3 ? "found" : undefined), patient)).toBe("found");
});

test("a wait that takes too long fails, naming the thing and what to do", async () => {
  await expect(poll(async () => undefined, options)).rejects.toThrow(
    "Training job a did not finish within 0 s. Run the step again.",
  );
});

test("what to do next may be what the looks have found out", async () => {
  let looks = 0;
  const waiting = poll(async () => void looks++, { ...options, resume: () => `Looked ${looks}.` });
  await expect(waiting).rejects.toThrow(/within 0 s\. Looked [1-9]\d*\.$/);
});

test("a cancelled wait ends at once with the reason", async () => {
  const controller = new AbortController();
  const waiting = poll(async () => undefined, {
    ...options,
    timeoutMs: 60_000,
    intervalMs: 60_000,
    signal: controller.signal,
  });
  controller.abort(new Error("cancelled"));
  await expect(waiting).rejects.toThrow(/abort/i);
});

test("an error while looking ends the wait", async () => {
  await expect(poll(() => Promise.reject(new Error("AccessDenied")), options)).rejects.toThrow(
    "AccessDenied",
  );
});
