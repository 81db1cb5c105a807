import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { chooseCaptures } from "../../../pipeline/labels/choose-captures.ts";
import { readGroundTruth } from "../../../pipeline/labels/ground-truth.ts";
import { readText } from "../../../pipeline/s3.ts";
import { purposeOf } from "../../../pipeline/dataset/purpose.ts";
import { squeezedPixels } from "../../../pipeline/dataset/squeeze.ts";
import { captures, type LabelledStand, openLabelledStand, pictureOf } from "./labelled-stand.ts";

let stand: LabelledStand;

beforeAll(async () => {
  stand = await openLabelledStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

/** Of events, which grow surer with it. */
const meanNumber = (events: readonly { eventId: string }[]) =>
  events.reduce((sum, { eventId }) => sum + Number(eventId.slice(6)), 0) / events.length;

const truthKey = "scones/test/ground-truth/2026/01/02/03/labels.jsonl";

test("labels become Model Monitor's ground truth in the hour of their captures; again, nothing is written", async () => {
  const bucket = await stand.freshBucket();
  const later = { eventId: "event-2", picture: pictureOf(2), hour: 7 };
  await stand.capture(bucket, [...captures(2), later]);
  const labels = [
    ["event-1", "motorcycle"],
    ["event-0", "bicycle"],
    ["event-2", "bicycle"],
  ] as const;
  expect(await stand.label(bucket, labels)).toEqual({
    added: 3,
    changed: 0,
    same: 0,
    written: [`s3://${bucket}/${truthKey}`, `s3://${bucket}/${truthKey.replace("/03/", "/07/")}`],
  });
  expect(await readText(stand.clients.s3, bucket, truthKey)).toBe(
    '{"groundTruthData":{"data":"bicycle","encoding":"CSV"},"eventMetadata":{"eventId":"event-0"},"eventVersion":"0"}\n' +
      '{"groundTruthData":{"data":"motorcycle","encoding":"CSV"},"eventMetadata":{"eventId":"event-1"},"eventVersion":"0"}\n',
  );
  stand.sending.puts.length = 0;
  expect(await stand.label(bucket, labels)).toMatchObject({ same: 3, written: [] });
  expect(stand.sending.puts).toEqual([]);
});

test("another class takes the place of the former, and what was said of others stays", async () => {
  const bucket = await stand.freshBucket();
  await stand.capture(bucket, captures(2));
  await stand.label(bucket, [
    ["event-0", "bicycle"],
    ["event-1", "bicycle"],
  ]);
  expect(await stand.label(bucket, [["event-0", "motorcycle"]])).toMatchObject({ changed: 1 });
  const { labels } = await readGroundTruth(stand.context, stand.config, bucket);
  expect([...labels.values()].map(({ eventId, class: name }) => [eventId, name])).toEqual([
    ["event-0", "motorcycle"],
    ["event-1", "bicycle"],
  ]);
});

test("two people who label one hour at once lose nothing", async () => {
  const bucket = await stand.freshBucket();
  await stand.capture(bucket, captures(4));
  await Promise.all(
    [0, 1, 2, 3].map((number) => stand.label(bucket, [[`event-${number}`, "bicycle"]])),
  );
  const { labels } = await readGroundTruth(stand.context, stand.config, bucket);
  expect(labels.size).toBe(4);
  const tomorrow = new Date(Date.now() + 86_400_000);
  const later = await readGroundTruth(stand.context, stand.config, bucket, tomorrow);
  expect(later.labels.size).toBe(0);
});

test("a capture whose caller gave an id is labelled by that, as Model Monitor merges", async () => {
  const bucket = await stand.freshBucket();
  const [sent] = captures(1);
  if (sent !== undefined) await stand.capture(bucket, [{ ...sent, inferenceId: "order-7" }]);
  await expect(stand.label(bucket, [["event-0", "bicycle"]])).rejects.toThrow(/"event-0"/);
  expect(await stand.label(bucket, [["order-7", "bicycle"]])).toMatchObject({ added: 1 });
});

/** A picture that a caller sent with an id of its own. */
const sentWith = (number: number, inferenceId: string, hour: number) => ({
  eventId: `event-${hour}-${inferenceId}`,
  inferenceId,
  hour,
  picture: pictureOf(number),
});

test("an id that several pictures were captured with is refused, again and again; one of a picture sent twice is not", async () => {
  const bucket = await stand.freshBucket();
  const again = [sentWith(1, "visitor", 3), sentWith(2, "visitor", 7), sentWith(3, "retry", 3)];
  await stand.capture(bucket, [...again, sentWith(3, "retry", 7)]);
  const listed = await chooseCaptures(stand.context, stand.config, {
    bucket,
    model: "model",
    count: 10,
    since: new Date(0),
    classes: ["bicycle", "motorcycle"],
    labelled: new Set(),
  });
  expect(listed.chosen.map(({ eventId }) => eventId)).toEqual(["retry"]);
  const label = () =>
    stand.label(bucket, [
      ["visitor", "bicycle"],
      ["retry", "bicycle"],
    ]);
  const refusal =
    /^labels\.csv:2: several pictures were captured with the id "visitor": .*\nNothing/;
  await expect(label()).rejects.toThrow(refusal);
  await expect(label()).rejects.toThrow(refusal);
  expect(await stand.label(bucket, [["retry", "bicycle"]])).toMatchObject({ added: 1 });
  const { labels } = await readGroundTruth(stand.context, stand.config, bucket);
  expect([...labels.keys()]).toEqual(["retry"]);
});

test("an event that was not captured is named with its line, and no label is written", async () => {
  const bucket = await stand.freshBucket();
  await stand.capture(bucket, captures(1));
  await expect(
    stand.label(bucket, [
      ["event-0", "bicycle"],
      ["event-9", "bicycle"],
    ]),
  ).rejects.toThrow(
    /^labels\.csv:3: no capture has the event id "event-9"\.\nNothing was labelled\./,
  );
  expect(await readText(stand.clients.s3, bucket, truthKey)).toBeUndefined();
});

test("a line that is no ground truth and an event of two classes are named, and are no labels", async () => {
  const bucket = await stand.freshBucket();
  await stand.capture(bucket, captures(3));
  await stand.label(bucket, [
    ["event-0", "bicycle"],
    ["event-1", "bicycle"],
  ]);
  const other = (await readText(stand.clients.s3, bucket, truthKey)) ?? "";
  await stand.put(
    bucket,
    truthKey.replace("labels", "other"),
    `${other.replace("bicycle", "motorcycle")}{"cut off`,
  );
  const truth = await readGroundTruth(stand.context, stand.config, bucket);
  const file = `s3://${bucket}/${truthKey.replace("labels", "other")}`;
  expect(truth).toMatchObject({
    unreadable: [`${file}:3`],
    conflicting: [`event-0 in s3://${bucket}/${truthKey} and ${file}`],
  });
  expect([...truth.labels.keys()]).toEqual(["event-1"]);
});

test("of what training would get the least sure come first, of what the test would get a sample by lot", async () => {
  const bucket = await stand.freshBucket();
  const sent = Array.from({ length: 200 }, (_, number) => ({
    eventId: `event-${number}`,
    picture: pictureOf(number),
    probability: 0.5 + number / 500,
  }));
  await stand.capture(bucket, sent);
  const choose = (labelled: readonly string[]) =>
    chooseCaptures(stand.context, stand.config, {
      bucket,
      model: "model",
      count: 40,
      since: new Date(0),
      classes: ["bicycle", "motorcycle"],
      labelled: new Set(labelled),
    });
  const { chosen, of } = await choose([]);
  expect([chosen.length, of]).toEqual([40, 200]);
  const purposes = await Promise.all(
    sent.map(async ({ eventId, picture }) => {
      const pixels = await squeezedPixels(picture);
      return [eventId, purposeOf(pixels, stand.config.dataset)] as const;
    }),
  );
  const isTest = ({ eventId }: { eventId: string }) => new Map(purposes).get(eventId) === "test";
  const tests = chosen.filter(isTest);
  const all = sent.filter(isTest);
  expect(tests.length).toBe(Math.round((40 * all.length) / 200));
  const others = chosen.filter((each) => !isTest(each)).map(({ eventId }) => eventId);
  const surest = sent.filter((each) => !isTest(each)).slice(0, others.length);
  expect(others).toEqual(surest.map(({ eventId }) => eventId));
  // By lot: neither the least sure nor the surest of them.
  expect(Math.abs(meanNumber(tests) - meanNumber(all))).toBeLessThan(60);
  expect((await choose(sent.map(({ eventId }) => eventId))).of).toBe(0);
});
