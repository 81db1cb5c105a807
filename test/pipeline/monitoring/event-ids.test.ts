import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { EventIds, hashOf } from "../../../pipeline/monitoring/event-ids.ts";
import { PictureSample } from "../../../pipeline/monitoring/picture-sample.ts";

test("an id is new once, among a hundred thousand that are alike", () => {
  const ids = new EventIds();
  const names = Array.from({ length: 100_000 }, (_, index) => `event-${index}`);
  expect(names.filter((name) => ids.add(hashOf(name)))).toHaveLength(100_000);
  expect(names.filter((name) => ids.add(hashOf(name)))).toEqual([]);
  expect(ids.add(0)).toBe(true);
  expect(ids.add(0)).toBe(false);
});

test("hashes are spread evenly, of counters and of UUIDs", () => {
  for (const name of [(index: number) => `event-${index}`, () => randomUUID()]) {
    const counts = Array<number>(64).fill(0);
    for (let index = 0; index < 64_000; index++) {
      const bin = Math.floor(hashOf(name(index)) / 2 ** 47);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // A thousand each, give or take six standard deviations.
    expect(Math.min(...counts)).toBeGreaterThan(810);
    expect(Math.max(...counts)).toBeLessThan(1190);
  }
});

const answerAt = (hash: number) => ({ hash, time: hash, label: 0, confidence: 1 });

async function timesOf(hashes: readonly number[]): Promise<number[]> {
  const sample = new PictureSample(20);
  for (const hash of hashes) sample.offer(answerAt(hash), Buffer.from("bm8gcGljdHVyZQ=="));
  return (await sample.look(32)).map(({ answer }) => answer.time).toSorted((a, b) => a - b);
}

test("a sample is the same in whatever order the pictures come", async () => {
  const offers = Array.from({ length: 500 }, (_, index) => hashOf(`picture-${index}`));
  const smallest = offers.toSorted((a, b) => a - b).slice(0, 20);
  expect(await timesOf(offers)).toEqual(smallest);
  expect(await timesOf(offers.toReversed())).toEqual(smallest);
});

test("a sample that has been looked at goes on, and what is no picture has no statistics", async () => {
  const sample = new PictureSample(2);
  const data = Buffer.alloc(10 << 20);
  sample.offer(answerAt(3), data);
  expect(sample.isFull).toBe(false);
  sample.offer(answerAt(2), data);
  expect(sample.isFull).toBe(true);
  await sample.look(32);
  expect(sample.isFull).toBe(false);
  sample.offer(answerAt(1), Buffer.from(""));
  expect(await sample.look(32)).toMatchObject([
    { answer: answerAt(1), picture: undefined },
    { answer: answerAt(2), picture: undefined },
  ]);
});
