import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { pickValidation } from "../../../pipeline/dataset/validation.ts";

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const counts = fc.array(fc.integer({ min: 2, max: 500 }), { minLength: 2, maxLength: 5 });

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
