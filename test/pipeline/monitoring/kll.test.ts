import { expect, test } from "@jest/globals";
import {
  countBelow,
  countUpTo,
  distributionOf,
  quantile,
  sizeOf,
} from "../../../pipeline/monitoring/distribution.ts";
import { Kll } from "../../../pipeline/monitoring/kll.ts";
import { random } from "../../../pipeline/dataset/random.ts";

function sketchOf(count: number, value: (index: number) => number) {
  const kll = new Kll();
  for (let index = 0; index < count; index++) kll.add(value(index));
  return kll.sketch();
}

test("up to 2,048 values a sketch is exact", () => {
  const sketch = sketchOf(2048, (index) => (index * 7) % 64);
  expect(sketch.parameters).toEqual({ c: 0.64, k: 2048 });
  expect(sketch.data).toHaveLength(1);
  const sample = distributionOf(sketch);
  expect(sample.values).toEqual(Array.from({ length: 64 }, (_, value) => value));
  expect([sizeOf(sample), countBelow(sample, 32), countUpTo(sample, 32)]).toEqual([
    2048, 1024, 1056,
  ]);
  expect(quantile(sample, 0.5)).toBe(31);
});

test("of 200,000 values a sketch keeps under 6,000, and every decile within 0.3% of its rank", () => {
  const next = random(7);
  const sketch = sketchOf(200_000, () => next());
  expect(sketch.data.flat().length).toBeLessThan(6000);
  const sample = distributionOf(sketch);
  expect(sizeOf(sample)).toBe(200_000);
  for (let tenth = 1; tenth < 10; tenth++) {
    expect(Math.abs(quantile(sample, tenth / 10) - tenth / 10)).toBeLessThan(0.003);
  }
});

test("nothing has no quantile but 0, and no size", () => {
  const nothing = distributionOf(sketchOf(0, Number));
  expect([sizeOf(nothing), quantile(nothing, 0.5), countUpTo(nothing, 1)]).toEqual([0, 0, 0]);
});
