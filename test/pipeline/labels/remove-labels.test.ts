import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { removeLabels } from "../../../pipeline/labels/remove-labels.ts";
import { readText } from "../../../pipeline/s3.ts";
import { objectVersions } from "../../../pipeline/teardown/object-versions.ts";
import { captures, type LabelledStand, openLabelledStand } from "./labelled-stand.ts";

let stand: LabelledStand;

beforeAll(async () => {
  stand = await openLabelledStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

const folder = "scones/test/ground-truth/2026/01/02/03";

async function versionsUnder(bucket: string, prefix: string): Promise<string[]> {
  const pages = await Array.fromAsync(objectVersions(stand.context, bucket, prefix));
  return pages.flat().map(({ key }) => key);
}

test("a removed label goes with its picture's copy, whatever its class; others stay, and again nothing goes", async () => {
  const bucket = await stand.freshBucket();
  const [sent] = captures(1);
  const late = { eventId: "alone", picture: sent?.picture ?? Buffer.of(), hour: 5 };
  const alike = { ...late, eventId: "event-0.jsonl", hour: 3 };
  await stand.capture(bucket, [...captures(2), late, alike]);
  await stand.label(bucket, [
    ["event-0", "a class of former days"],
    ["event-1", "bicycle"],
    ["alone", "bicycle"],
    ["event-0.jsonl", "bicycle"],
  ]);
  const own = (await readText(stand.clients.s3, bucket, `${folder}/labels.jsonl`)) ?? "";
  await stand.put(bucket, `${folder}/other.jsonl`, own);
  const eventIds = new Set(["event-0", "alone", "never"]);
  const remove = () => removeLabels(stand.context, stand.config, { bucket, eventIds });
  const left = [`s3://${bucket}/${folder}/other.jsonl`];
  expect(await remove()).toEqual({ removed: 2, left });
  const rest = (await readText(stand.clients.s3, bucket, `${folder}/labels.jsonl`)) ?? "";
  expect(rest.match(/"eventId":"[^"]+"/g)).toEqual([
    '"eventId":"event-0.jsonl"',
    '"eventId":"event-1"',
  ]);
  const gone = folder.replace(/03$/, "05/labels.jsonl");
  expect(await readText(stand.clients.s3, bucket, gone)).toBeUndefined();
  expect(await versionsUnder(bucket, "scones/test/labelled/")).toEqual([
    "scones/test/labelled/2026/01/02/03/event-0.jsonl.jsonl",
    "scones/test/labelled/2026/01/02/03/event-1.jsonl",
  ]);
  expect(await remove()).toEqual({ removed: 0, left });
});
