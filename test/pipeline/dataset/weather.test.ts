import { expect, test } from "@jest/globals";
import sharp from "sharp";
import { draw, render } from "../../../pipeline/dataset/drawing.ts";
import { inWeather, type Weather } from "../../../pipeline/dataset/weather.ts";

const clear = await render(draw("bicycle", 7));

/** Mean brightness and contrast (standard deviation) over all channels, 0 to 255; and sharpness. */
async function look(picture: Buffer) {
  const { channels, sharpness } = await sharp(picture).stats();
  const mean = (of: "mean" | "stdev") =>
    channels.reduce((sum, channel) => sum + channel[of], 0) / channels.length;
  return { brightness: mean("mean"), contrast: mean("stdev"), sharpness };
}

const seen = async (weather: Weather) => look(await inWeather(clear, weather));
const before = await look(clear);

test("at night a picture is dark and flat", async () => {
  const { brightness, contrast } = await seen("night");
  expect(brightness).toBeLessThan(before.brightness / 2);
  expect(contrast).toBeLessThan(before.contrast / 2);
});

test("in fog it is bright and flat", async () => {
  const { brightness, contrast } = await seen("fog");
  expect(brightness).toBeGreaterThan(150);
  expect(contrast).toBeLessThan(before.contrast / 2);
});

test("blurred it is as bright as before, and less sharp", async () => {
  const { brightness, sharpness } = await seen("blur");
  expect(brightness).toBeCloseTo(before.brightness, -1);
  expect(sharpness).toBeLessThan(before.sharpness / 2);
});

test.each(["night", "fog", "blur"] as const)(
  "%s leaves type and size, also of a picture with transparency, and is the same every time",
  async (weather) => {
    const wide = await sharp(clear).resize(40, 20, { fit: "fill" }).ensureAlpha(0.5).toBuffer();
    const [picture, again] = await Promise.all([
      inWeather(wide, weather),
      inWeather(wide, weather),
    ]);
    const { format, width, height, channels } = await sharp(picture).metadata();
    expect([format, width, height, channels]).toEqual(["png", 40, 20, 3]);
    expect(picture.equals(again)).toBe(true);
  },
);
