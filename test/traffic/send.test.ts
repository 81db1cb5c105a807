import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { send } from "../../traffic/send.ts";

const quiet = { line: () => undefined, count: () => undefined };
const context = { signal: new AbortController().signal, progress: quiet };
const every = (ms: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    atMs: at * ms,
    kind: at % 2 === 1 ? ("drifted" as const) : ("clear" as const),
    pick: 0,
  }));

test("pictures are sent when they are due, whether or not those before were answered", async () => {
  const sentAt: number[] = [];
  const started = performance.now();
  const { promise: all, resolve: answerAll } = Promise.withResolvers<undefined>();
  const sent = await send(context, every(5, 20), async () => {
    sentAt.push(performance.now() - started);
    if (sentAt.length === 20) answerAll(undefined);
    await all;
    return { vehicle: "bicycle" };
  });
  expect(sent.outcomes).toHaveLength(20);
  expect(sent).toMatchObject({ notSent: 0, cut: 0 });
  expect(sentAt.filter((at, index) => at < index * 5 - 2)).toEqual([]);
  expect(sent.outcomes[0]?.ms).toBeGreaterThan(19 * 5 - 2);
});

test("an answer that fails is an outcome by the error's name", async () => {
  const { outcomes } = await send(context, every(1, 2), async ({ kind }) => {
    if (kind === "drifted")
      throw Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    return { vehicle: "bicycle" };
  });
  expect(outcomes).toEqual([
    { kind: "clear", ms: expect.any(Number), vehicle: "bicycle" },
    { kind: "drifted", ms: expect.any(Number), error: "ThrottlingException" },
  ]);
});

test("what comes while too much is under way is not sent, and counted", async () => {
  const { promise: all, resolve: answerAll } = Promise.withResolvers<undefined>();
  const ask = async () => {
    await all;
    return {};
  };
  const sending = send(context, every(1, 10), ask, 4);
  setTimeout(() => answerAll(undefined), 100);
  const { outcomes, notSent } = await sending;
  expect(outcomes).toHaveLength(4);
  expect(notSent).toBe(6);
});

test("cancelled, nothing more is sent and what is under way is given up", async () => {
  const cancel = new AbortController();
  let asked = 0;
  const sent = await send({ ...context, signal: cancel.signal }, every(5, 1000), async () => {
    asked += 1;
    if (asked === 1) return { vehicle: "bicycle" };
    if (asked === 3) cancel.abort(new Error("cancelled"));
    if (!cancel.signal.aborted) await once(cancel.signal, "abort");
    return {};
  });
  expect(asked).toBe(3);
  expect(sent).toMatchObject({ outcomes: [{ vehicle: "bicycle" }], cut: 2, notSent: 0 });
});
