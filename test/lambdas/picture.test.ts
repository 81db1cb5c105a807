import { expect, test } from "@jest/globals";
import { assert, oneof, property, uint8Array } from "fast-check";
import sharp from "sharp";
import { inspectPicture, MAX_PICTURE_BYTES, readHeader } from "../../lambdas/picture.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";

const canvas = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#c80" } });

test("a PNG's and a JPEG's header tell type and size", async () => {
  expect(inspectPicture(encodePng(new Uint8Array(5 * 3 * 3), 5, 3))).toEqual({
    contentType: "image/png",
    width: 5,
    height: 3,
  });
  for (const options of [{}, { progressive: true }]) {
    const jpeg = await canvas(70, 30).withMetadata().jpeg(options).toBuffer();
    expect(inspectPicture(jpeg)).toEqual({ contentType: "image/jpeg", width: 70, height: 30 });
  }
});

test.each([
  [
    "more bytes than the state machine carries",
    Buffer.alloc(MAX_PICTURE_BYTES + 1),
    "184321 bytes",
  ],
  ["nothing", Buffer.alloc(0), "neither PNG nor JPEG"],
  ["a PNG's signature alone", encodePng(new Uint8Array(3), 1, 1).subarray(0, 16), "neither PNG"],
  ["a JPEG without a frame header", Buffer.from("ffd8ffe000104a46", "hex"), "neither PNG nor JPEG"],
  ["a PNG of no width", declared(0, 8), "0x8 pixels"],
  ["a PNG of a billion pixels", declared(40_000, 40_000), "40000x40000 pixels"],
])("%s is refused", (_what, bytes, reason) => {
  expect(() => inspectPicture(bytes)).toThrow(reason);
  expect(() => inspectPicture(bytes)).toThrow(expect.objectContaining({ name: "Refused" }));
});

test("a WebP's header tells its size, in each of the three ways", async () => {
  const alpha = { create: { width: 71, height: 33, channels: 4, background: "#c808" } } as const;
  const kinds = [
    canvas(71, 33).webp(),
    canvas(71, 33).webp({ lossless: true }),
    sharp(alpha).webp(),
  ];
  const found = [];
  for (const kind of kinds) {
    const webp = await kind.toBuffer();
    found.push(webp.toString("latin1", 12, 16));
    expect(readHeader(webp)).toEqual({ contentType: "image/webp", width: 71, height: 33 });
    expect(() => inspectPicture(webp)).toThrow("neither PNG nor JPEG");
  }
  expect(found).toEqual(["VP8 ", "VP8L", "VP8X"]);
});

test("HEIC is refused with what to do", () => {
  const heic = Buffer.concat([Buffer.from("\0\0\0\x18ftypheic"), Buffer.alloc(40)]);
  expect(() => readHeader(heic)).toThrow("export it as JPEG");
});

test("no bytes make it fail otherwise than by refusing them", () => {
  const jpegHead = Buffer.from([0xff, 0xd8, 0xff]);
  const bytes = uint8Array({ maxLength: 64 });
  const jpeg = bytes.map((rest) => Buffer.concat([jpegHead, rest]));
  const riff = Buffer.from("RIFF\0\0\0\0WEBPVP8");
  const webp = bytes.map((rest) => Buffer.concat([riff, rest]));
  assert(
    property(oneof(jpeg, webp, bytes), (picture) => {
      expect(["read", "Refused"]).toContain(outcomeOf(picture));
    }),
    { numRuns: 2000 },
  );
});

function outcomeOf(picture: Uint8Array): string {
  try {
    const { width, height } = readHeader(Buffer.from(picture));
    return width * height > 0 ? "read" : "empty";
  } catch (error) {
    return error instanceof Error ? error.name : "thrown";
  }
}

function declared(width: number, height: number): Buffer {
  const png = encodePng(new Uint8Array(3), 1, 1);
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  return png;
}
