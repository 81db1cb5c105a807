import { expect, test } from "@jest/globals";
import { RateLimit } from "../../../pipeline/teardown/rate-limit.ts";

const { signal } = new AbortController();

/** Milliseconds that so many turns take, all asked for at once. */
async function turns(limit: RateLimit, count: number): Promise<number> {
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => limit.take(signal)));
  return performance.now() - started;
}

test("a burst goes at once, and what follows keeps the rate", async () => {
  const limit = new RateLimit(100);
  expect(await turns(limit, 20)).toBeLessThan(100);
  const milliseconds = await turns(limit, 30);
  expect(milliseconds).toBeGreaterThan(280);
});

test("whoever waits for a turn is woken when the run is cancelled", async () => {
  const cancel = new AbortController();
  const limit = new RateLimit(0.01);
  const waiting = Promise.all(Array.from({ length: 22 }, () => limit.take(cancel.signal)));
  cancel.abort(new Error("cancelled"));
  await expect(waiting).rejects.toThrow("aborted");
});
