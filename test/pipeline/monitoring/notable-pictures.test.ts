import { expect, test } from "@jest/globals";
import { NotablePictureSet } from "../../../pipeline/monitoring/notable-pictures.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";

const pictureOf = (shade: number) =>
  Buffer.from(encodePng(Buffer.alloc(4 * 4 * 3, shade), 4, 4).toString("base64"));

const answerOf = (at: number) => ({
  hash: at,
  time: at * 1000,
  label: 0,
  confidence: 0.5 + (((at * 37) % 100) / 100) * 0.5,
});

test("the least sure, the newest and the most unlike are kept, the foremost first", async () => {
  const set = new NotablePictureSet();
  for (let at = 0; at < 100; at++) {
    set.offer(answerOf(at), pictureOf(at));
    set.looked(answerOf(at), pictureOf(at), (at * 13) % 100);
    if (at % 7 === 0) set.settle();
  }
  const { unsure, newest, unlike } = await set.pictures();
  expect(unsure.map(({ confidence }) => Math.round(200 * confidence - 100))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(newest.map(({ time }) => time / 1000)).toEqual([99, 98, 97, 96, 95, 94, 93, 92]);
  expect(unlike.map(({ distance }) => distance)).toEqual([99, 98, 97, 96, 95, 94, 93, 92]);
});

test("what was settled outlives the bytes that it was read from", async () => {
  const set = new NotablePictureSet();
  const line = pictureOf(7);
  set.offer(answerOf(1), line);
  set.settle();
  line.fill(0);
  expect((await set.pictures()).newest).toHaveLength(1);
});

test("a picture that was sent often is shown once, and what is none not at all", async () => {
  const set = new NotablePictureSet();
  for (let at = 0; at < 20; at++) set.offer(answerOf(at), pictureOf(at % 2));
  set.offer({ ...answerOf(0), confidence: 0 }, Buffer.from("bm8gcGljdHVyZQ=="));
  set.offer({ ...answerOf(0), confidence: 0 }, Buffer.alloc(2 << 20, 65));
  expect((await set.pictures()).unsure).toHaveLength(2);
});
