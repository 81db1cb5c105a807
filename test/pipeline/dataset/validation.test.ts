import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { random, shuffle, shuffledNumbers } from "../../../pipeline/dataset/random.ts";
import { pickValidation } from "../../../pipeline/dataset/validation.ts";

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const counts = fc.array(fc.integer({ min: 2, max: 500 }), { minLength: 2, maxLength: 5 });

test("numbers are shuffled as anything else is, so that a split stays what it was", () => {
  const numbers = shuffledNumbers(50, random(3));
  expect([...numbers]).toEqual(shuffle(Array(50).keys(), random(3)));
});

test("every class gives its share, at least one picture and never all", () => {
  fc.assert(
    fc.property(counts, share, fc.nat(), (each, part, seed) => {
      for (const [label, picked] of pickValidation(each, part, seed).entries()) {
        const count = each[label] ?? 0;
        expect(Math.abs(picked.size - count * part)).toBeLessThanOrEqual(1);
        expect(picked.size).toBeGreaterThanOrEqual(1);
        expect(picked.size).toBeLessThan(count);
        expect(Math.max(...picked)).toBeLessThan(count);
      }
    }),
  );
});

const pick = (seed: number) => pickValidation([400, 400], 0.2, seed);

test("the same seed picks the same pictures, another seed others", () => {
  expect(pick(7)).toEqual(pick(7));
  expect(pick(7)).not.toEqual(pick(8));
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
