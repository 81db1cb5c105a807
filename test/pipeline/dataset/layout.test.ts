import { expect, test } from "@jest/globals";
import { Blocks, type Upload } from "../../../pipeline/dataset/blocks.ts";
import { channelNames } from "../../../pipeline/dataset/channels.ts";
import { emptyContents, layOut } from "../../../pipeline/dataset/layout.ts";
import type { Picture, Split } from "../../../pipeline/dataset/source.ts";
import { readRecordIo } from "../../../pipeline/dataset/recordio.ts";

const megabyte = 2 ** 20;

function picture(split: Split, label: number, id: number, bytes: number): Picture {
  const png = async () => Buffer.alloc(bytes, id);
  return { split, label, id, content: Buffer.of(id), png };
}

async function* stream(pictures: readonly Picture[]) {
  yield* pictures;
}

async function layOutAll(pictures: readonly Picture[], instances = 1) {
  const contents = emptyContents();
  const validation = [new Set([1]), new Set([0])];
  const classes = ["bicycle", "motorcycle"];
  const channels = channelNames(instances);
  const uploads = new Map<string, Upload[]>();
  const input = { classes, validation, channels, contents };
  for await (const upload of layOut(stream(pictures), input)) {
    uploads.set(upload.key, [...(uploads.get(upload.key) ?? []), upload]);
  }
  const bodyOf = (key: string) => Buffer.concat((uploads.get(key) ?? []).map(({ body }) => body));
  const ids = async (key: string) => {
    const read: number[] = [];
    const body = new Blob([bodyOf(key)]);
    for await (const { image } of readRecordIo(body.stream())) read.push(image[0] ?? -1);
    return read;
  };
  return { uploads, contents, channels, bodyOf, ids };
}

const pictures = [
  picture("train", 0, 10, 1.5 * megabyte),
  picture("train", 1, 11, 1.5 * megabyte),
  picture("test", 1, 12, 100),
  picture("train", 0, 13, 1.5 * megabyte),
  picture("train", 0, 14, 1.5 * megabyte),
  picture("train", 0, 15, 12 * megabyte),
  picture("train", 1, 16, 1.5 * megabyte),
];

test("a channel is one file, in parts of 5 MiB where it is large", async () => {
  const { uploads, contents, ids } = await layOutAll(pictures);
  const train = uploads.get("train/1/part-00000.rec") ?? [];
  expect(train.map(({ part, body }) => [part?.number, part?.last, body.length / megabyte])).toEqual(
    [
      [1, false, 5],
      [2, false, 5],
      [3, false, 5],
      [4, true, expect.closeTo(1.5, 2)],
    ],
  );
  expect(await ids("train/1/part-00000.rec")).toEqual([10, 14, 15, 16]);
  const validation = uploads.get("validation/part-00000.rec") ?? [];
  expect(validation.map(({ part }) => part)).toEqual([undefined]);
  expect(await ids("validation/part-00000.rec")).toEqual([11, 13]);
  expect(contents).toEqual({
    train: 4,
    validation: 2,
    test: { labels: [1], ids: [12], captured: new Set() },
  });
});

test("an object that ends with a part needs no empty one", () => {
  const blocks = new Blocks("key", "text/plain");
  expect(blocks.add(Buffer.alloc(5 * megabyte))).toEqual([]);
  expect(blocks.end()).toMatchObject({ key: "key", body: { length: 5 * megabyte } });
});

test.each([2, 3, 7])("%d shards are alike: each class is dealt out in turn", async (shards) => {
  const many = Array.from({ length: 200 }, (_, id) => picture("train", (id % 3) % 2, id, 1));
  const { contents, channels, ids } = await layOutAll(many, shards);
  const files = await Promise.all(channels.train.map(ids));
  const all = files.flat();
  // Two of them are for validation: of each label the one that the test above names.
  expect([contents.train, all.length, new Set(all).size]).toEqual([198, 198, 198]);
  for (const label of [0, 1]) {
    const counts = files.map((file) => file.filter((id) => (id % 3) % 2 === label).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
  expect(channels.train[1]).toBe(`train/${shards}/part-00001.rec`);
});

test("the lists name every picture with its index and label", async () => {
  const { uploads, bodyOf } = await layOutAll(pictures);
  expect(bodyOf("train.lst").toString()).toBe(
    "0\t0\tbicycle_000010.png\n1\t0\tbicycle_000014.png\n" +
      "2\t0\tbicycle_000015.png\n3\t1\tmotorcycle_000016.png\n",
  );
  expect(bodyOf("validation.lst").toString()).toBe(
    "0\t1\tmotorcycle_000011.png\n1\t0\tbicycle_000013.png\n",
  );
  expect(bodyOf("test.lst").toString()).toBe("0\t1\tmotorcycle_000012.png\n");
  expect(uploads.get("test/motorcycle_000012.png")?.[0]?.contentType).toBe("image/png");
});
