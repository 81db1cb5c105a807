import { expect, test } from "@jest/globals";
import { emptyContents, layOut } from "../../../pipeline/dataset/layout.ts";
import type { Upload } from "../../../pipeline/dataset/layout.ts";
import type { Picture, Split } from "../../../pipeline/dataset/source.ts";
import { readRecordIo } from "../../../pipeline/recordio.ts";

const megabyte = 2 ** 20;

function picture(split: Split, label: number, id: number, bytes: number): Picture {
  const png = async () => Buffer.alloc(bytes, id);
  return { split, label, id, content: Buffer.of(id), png };
}

async function* stream(pictures: readonly Picture[]) {
  yield* pictures;
}

async function layOutAll(pictures: readonly Picture[]) {
  const contents = emptyContents();
  const validation = [new Set([1]), new Set([0])];
  const classes = ["bicycle", "motorcycle"];
  const uploads = new Map<string, Upload>();
  for await (const upload of layOut(stream(pictures), { classes, validation, contents })) {
    uploads.set(upload.key, upload);
  }
  return { uploads, contents };
}

const pictures = [
  picture("train", 0, 10, 1.5 * megabyte),
  picture("train", 1, 11, 1.5 * megabyte),
  picture("test", 1, 12, 100),
  picture("train", 0, 13, 1.5 * megabyte),
  picture("train", 0, 14, 1.5 * megabyte),
  picture("train", 0, 15, 5 * megabyte),
  picture("train", 1, 16, 1.5 * megabyte),
];

test("shards stay within 4 MiB, except for a single picture that is larger", async () => {
  const { uploads, contents } = await layOutAll(pictures);
  const ids = async (key: string) => {
    const read: number[] = [];
    const body = new Blob([uploads.get(key)?.body as Buffer<ArrayBuffer>]);
    for await (const { image } of readRecordIo(body.stream())) read.push(image[0] ?? -1);
    return read;
  };
  expect(contents.shards).toEqual({
    train: ["train/part-00000.rec", "train/part-00001.rec", "train/part-00002.rec"],
    validation: ["validation/part-00000.rec"],
  });
  expect(await Promise.all(contents.shards.train.map(ids))).toEqual([[10, 14], [15], [16]]);
  expect(await Promise.all(contents.shards.validation.map(ids))).toEqual([[11, 13]]);
});

test("the lists name every picture with its index and label", async () => {
  const { uploads } = await layOutAll(pictures);
  expect(uploads.get("train.lst")?.body.toString()).toBe(
    "0\t0\tbicycle_000010.png\n1\t0\tbicycle_000014.png\n" +
      "2\t0\tbicycle_000015.png\n3\t1\tmotorcycle_000016.png\n",
  );
  expect(uploads.get("validation.lst")?.body.toString()).toBe(
    "0\t1\tmotorcycle_000011.png\n1\t0\tbicycle_000013.png\n",
  );
  expect(uploads.get("test.lst")?.body.toString()).toBe("0\t1\tmotorcycle_000012.png\n");
  expect(uploads.get("test/motorcycle_000012.png")?.contentType).toBe("image/png");
});
