import { afterAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { fitPicture } from "../../lambdas/fit-picture.ts";
import { MAX_PICTURE_BYTES } from "../../lambdas/picture.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { phonePhoto, plain } from "../local/api/photos.ts";

afterAll(() => void sharp.cache(true));

const fitted = async (picture: Buffer) => sharp(await fitPicture(picture)).metadata();
const noisy = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 80 },
    },
  });

test("a small upright PNG or JPEG passes byte for byte", async () => {
  const pictures = [
    encodePng(new Uint8Array(32 * 32 * 3).fill(7), 32, 32),
    await plain(1024, 700, 0.5).jpeg().toBuffer(),
    await plain(224, 224, 0.5).withMetadata({ orientation: 1 }).jpeg().toBuffer(),
  ];
  for (const picture of pictures) expect(await fitPicture(picture)).toBe(picture);
});

test("a phone's photo of 12 megapixels becomes small and upright, and loses where it was taken", async () => {
  const photo = await phonePhoto();
  expect(await sharp(photo).metadata()).toMatchObject({ width: 4032, orientation: 6 });
  const picture = await fitPicture(photo);
  const { exif, orientation, ...made } = await sharp(picture).metadata();
  expect(made).toMatchObject({ format: "jpeg", width: 768, height: 1024 });
  expect([exif, orientation]).toEqual([undefined, undefined]);
  // What was the sensor's left edge is the top.
  const [top, bottom] = await Promise.all([0, 900].map((row) => redOf(picture, row)));
  expect(top).toBeGreaterThan(240);
  expect(bottom).toBeLessThan(180);
});

async function redOf(picture: Buffer, top: number): Promise<number> {
  const strip = sharp(picture).extract({ left: 0, top, width: 768, height: 100 });
  const { channels } = await sharp(await strip.png().toBuffer()).stats();
  return channels[0]?.mean ?? 0;
}

test.each([
  [1, 0, false],
  [2, 0, true],
  [3, 180, false],
  [4, 180, true],
  [5, 270, true],
  [6, 270, false],
  [7, 90, true],
  [8, 90, false],
])(
  "orientation %d, a turn by %d degrees, mirrored %p, is undone",
  async (orientation, turn, mirrored) => {
    // Red in the upper left quarter of the upright picture.
    const red = { create: { width: 30, height: 20, channels: 3, background: "#f00" } } as const;
    const upright = await sharp({
      create: { width: 60, height: 40, channels: 3, background: "#000" },
    })
      .composite([{ input: red, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const turned = await sharp(upright)
      .flop(mirrored)
      .rotate(turn)
      .withMetadata({ orientation })
      .jpeg({ quality: 95 })
      .toBuffer();
    const { data, info } = await sharp(await fitPicture(turned))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([60, 40]);
    const isRed = (x: number, y: number) => (data[(y * info.width + x) * 3] ?? 0) > 128;
    expect([isRed(5, 5), isRed(50, 5), isRed(5, 35)]).toEqual([true, false, false]);
  },
);

test("WebP of each kind becomes JPEG, transparency white", async () => {
  for (const options of [{}, { lossless: true }, { alphaQuality: 80 }]) {
    const webp = await plain(300, 200, 0.5).webp(options).toBuffer();
    expect(await fitted(webp)).toMatchObject({ format: "jpeg", width: 300, height: 200 });
  }
  const create = {
    width: 20,
    height: 10,
    channels: 4,
    background: { r: 0, g: 0, b: 0, alpha: 0 },
  } as const;
  const clear = await sharp({ create }).webp().toBuffer();
  const { channels } = await sharp(await fitPicture(clear)).stats();
  expect(channels.map(({ min }) => min)).toEqual([255, 255, 255]);
});

test("what no encoder makes small fits all the same", async () => {
  const picture = await fitPicture(await noisy(1100, 1100).png({ compressionLevel: 1 }).toBuffer());
  expect(picture.length).toBeLessThanOrEqual(MAX_PICTURE_BYTES);
  expect((await sharp(picture).metadata()).width).toBeLessThan(1024);
});

test.each([
  [
    "a PNG that is cut off",
    async () => encodePng(new Uint8Array(3000).fill(9), 100, 10).subarray(0, 70),
  ],
  [
    "a JPEG that is cut off",
    async () => (await noisy(200, 200).jpeg().toBuffer()).subarray(0, 9000),
  ],
  [
    "a WebP that is cut off",
    async () => (await noisy(200, 200).webp().toBuffer()).subarray(0, 5000),
  ],
])("%s is refused", async (_what, make) => {
  await expect(fitPicture(await make())).rejects.toThrow(
    /^PICTURE_REFUSED: the picture cannot be decoded: /,
  );
});
