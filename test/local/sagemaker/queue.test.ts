import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { Queue } from "../../../local/sagemaker/queue.ts";

test("jobs run in their order, never more at once than the queue is wide", async () => {
  const queue = new Queue(2);
  const { signal } = new AbortController();
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const job = (number: number) =>
    queue.run(signal, async () => {
      most = Math.max(most, ++running);
      order.push(number);
      await sleep(5);
      running--;
    });
  await Promise.all([0, 1, 2, 3, 4].map(job));
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});

test("a job aborted while it waits leaves the queue, and a failed one frees its place", async () => {
  const queue = new Queue(1);
  const { signal } = new AbortController();
  const first = queue.run(signal, () => sleep(20).then(() => Promise.reject(new Error("failed"))));
  const stopping = new AbortController();
  const second = queue.run(stopping.signal, async () => "its turn at once");
  stopping.abort();
  expect(await second).toBe("its turn at once");
  await expect(first).rejects.toThrow("failed");
  expect(await queue.run(signal, async () => "next")).toBe("next");
});
