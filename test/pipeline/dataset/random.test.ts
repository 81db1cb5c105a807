import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { random, shuffle, shuffledNumbers } from "../../../pipeline/dataset/random.ts";

test("numbers are shuffled as anything else is, so that a split stays what it was", () => {
  const numbers = shuffledNumbers(50, random(3));
  expect([...numbers]).toEqual(shuffle(Array(50).keys(), random(3)));
});

test("a shuffle loses nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
      expect(shuffle(items, random(seed)).sort((a, b) => a - b)).toEqual(
        items.toSorted((a, b) => a - b),
      );
    }),
  );
});

test("random numbers fill [0, 1) evenly", () => {
  const next = random(1);
  const bins = Array<number>(10).fill(0);
  for (let draw = 0; draw < 100_000; draw++) {
    const bin = Math.floor(next() * 10);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});
