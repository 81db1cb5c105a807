import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { EventIds, hashOf } from "../../../pipeline/monitoring/event-ids.ts";

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
