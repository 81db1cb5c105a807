import { expect, test } from "@jest/globals";
import { hashOf } from "../../../pipeline/monitoring/event-ids.ts";
import { PictureSample } from "../../../pipeline/monitoring/picture-sample.ts";

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
