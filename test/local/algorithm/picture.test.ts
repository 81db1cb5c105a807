import { expect, test } from "@jest/globals";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { decodePicture, PICTURE_BYTES, PictureError } from "../../../local/algorithm/picture.ts";
import { asPng, drawSamples } from "./samples.ts";

const [sample = { picture: new Uint8Array(), label: 0 }] = drawSamples(1, 2);
const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } });

test("a PNG of the right size comes out as it went in", async () => {
  expect(Buffer.from(await decodePicture(await asPng(sample)))).toEqual(
    Buffer.from(sample.picture),
  );
});

test.each(["png", "jpeg"] as const)(
  "a %s of another shape is squeezed to 32x32",
  async (format) => {
    const bytes = await plain(80, 20, "#ff0000").toFormat(format).toBuffer();
    const picture = await decodePicture(bytes);
    expect(picture).toHaveLength(PICTURE_BYTES);
    expect(Math.abs((picture[0] ?? 0) - 254)).toBeLessThan(3);
  },
);

test("a grey picture gets three channels", async () => {
  const grey = await plain(10, 10, "#808080").removeAlpha().toColourspace("b-w").png().toBuffer();
  expect(await decodePicture(grey)).toHaveLength(PICTURE_BYTES);
});

test("transparency lies on black", async () => {
  const picture = await decodePicture(await plain(8, 8, "#ffffff00").png().toBuffer());
  expect(picture.every((value) => value === 0)).toBe(true);
});

test("a picture of another type is refused", async () => {
  const webp = await plain(8, 8, "#fff").webp().toBuffer();
  await expect(decodePicture(webp)).rejects.toThrow("a picture of type webp, neither PNG nor JPEG");
});

test.each([
  ["text", Buffer.from("hello")],
  ["nothing", Buffer.alloc(0)],
])("%s is no picture", async (_, bytes) => {
  await expect(decodePicture(bytes)).rejects.toThrow(PictureError);
});

test("a cut-off picture is refused", async () => {
  const png = await asPng(sample);
  await expect(decodePicture(png.subarray(0, png.length / 2))).rejects.toThrow(PictureError);
});

test("a picture that would unpack to gigabytes is refused by its header", async () => {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(50_000, 0);
  size.writeUInt32BE(50_000, 4);
  size.set([8, 2], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const data = chunk("IDAT", deflateSync(Buffer.alloc(1_000)));
  const png = Buffer.concat([signature, chunk("IHDR", size), data, chunk("IEND", Buffer.alloc(0))]);
  await expect(decodePicture(png)).rejects.toThrow(/pixel limit/);
});

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
