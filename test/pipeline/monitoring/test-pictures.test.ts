import { expect, test } from "@jest/globals";
import { baselinePictures, describeCaptured } from "../../../pipeline/monitoring/test-pictures.ts";

const some = (name: string, label: number, count: number, captured = false) =>
  Array.from({ length: count }, (_, at) => ({
    key: `test/${name}_${at}.png`,
    label,
    ...(captured && { captured }),
  }));

/** A test of 60 vehicles and 60 strangers, and so many captured of each. */
const testOf = (vehicles: number, strangers: number) => ({
  classes: ["bicycle", "motorcycle", "background"],
  background: "background",
  test: [
    ...some("archive", 0, 60),
    ...some("nothing", 2, 60),
    ...some("sent", 1, vehicles, true),
    ...some("stray", 2, strangers, true),
  ],
});

test.each([
  [0, 50, 60, undefined],
  [
    49,
    20,
    109,
    "49 captured test vehicles; below 50 the baseline is not theirs alone: label more (npm run labels)",
  ],
  [50, 0, 50, "50 captured test vehicles; the baseline is theirs alone"],
])(
  "of %i captured vehicles and %i strangers the baseline has %i pictures, and it is said why",
  (vehicles, strangers, size, said) => {
    const manifest = testOf(vehicles, strangers);
    expect(baselinePictures(manifest)).toHaveLength(size);
    expect(describeCaptured(manifest)).toBe(said);
  },
);
