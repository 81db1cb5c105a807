import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import sharp from "sharp";
import { encodePng } from "../../../pipeline/dataset/png.ts";

const side = fc.integer({ min: 1, max: 40 });
const picture = fc.tuple(side, side).chain(([width, height]) =>
  fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    rgb: fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }),
  }),
);

test("another decoder reads back every pixel", async () => {
  await fc.assert(
    fc.asyncProperty(picture, async ({ rgb, width, height }) => {
      const png = sharp(encodePng(rgb, width, height));
      const { data, info } = await png.raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width, height, channels: 3 });
      expect(data.equals(rgb)).toBe(true);
    }),
  );
});

test("pixels that do not fill the picture are refused", () => {
  expect(() => encodePng(new Uint8Array(11), 2, 2)).toThrow("11 bytes for 2 x 2 RGB pixels");
});
