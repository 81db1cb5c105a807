import { expect, test } from "@jest/globals";
import { parseArguments } from "../../labels/arguments.ts";
import { fieldsOf, csvLine } from "../../labels/csv.ts";
import { labelPage } from "../../labels/page.ts";
import { readLabels } from "../../labels/read-labels.ts";
import { LEAST_CAPTURED } from "../../pipeline/monitoring/test-pictures.ts";
import { runLabels } from "./run-labels.ts";

const classes = ["bicycle", "motorcycle", "cargo, bike"];

async function* linesOf(text: string) {
  yield* text.split("\n");
}

const read = (text: string) => readLabels(linesOf(text), { name: "labels.csv", classes });

test.each([
  ["without a header", "a,bicycle\nb,motorcycle"],
  ["with columns anywhere", "class,seen,eventId\nbicycle,x,a\nmotorcycle,y,b"],
  ["of a spreadsheet", `\uFEFF"eventId","class"\r\n"a","bicycle"\r\n"b","motorcycle"\r\n`],
  ["as objects", '{"eventId":"a","class":"bicycle"}\n\n{"eventId":"b","class":"motorcycle"}'],
  [
    "as Model Monitor's own",
    ["a bicycle", "b motorcycle"]
      .map((pair) => pair.split(" "))
      .map(
        ([eventId, data]) =>
          `{"groundTruthData":{"data":"${data}","encoding":"CSV"},"eventMetadata":{"eventId":"${eventId}"},"eventVersion":"0"}`,
      )
      .join("\n"),
  ],
])("labels are read %s", async (_, text) => {
  const { labels, blank } = await read(text);
  expect(labels.map(({ eventId, class: name }) => [eventId, name])).toEqual([
    ["a", "bicycle"],
    ["b", "motorcycle"],
  ]);
  expect(blank).toBe(0);
});

test("a line without a class is left for later, and the same said twice is said once", async () => {
  const { labels, blank } = await read("eventId,class\na,\nb,bicycle\nb,bicycle\n");
  expect(labels).toEqual([{ eventId: "b", class: "bicycle", from: "labels.csv:3" }]);
  expect(blank).toBe(1);
});

test("the class - removes a label; it can't be said of an event that has a class as well", async () => {
  const { labels, removed } = await read("eventId,class\na,-\nb,bicycle");
  expect([labels.map(({ eventId }) => eventId), [...removed]]).toEqual([["b"], ["a"]]);
  await expect(read("eventId,class\na,-\na,bicycle")).rejects.toThrow('a is "-" in labels.csv:2.');
});

test("every wrong line is named, with what is right", async () => {
  const wrong = read('eventId,class\na,car\nb,bicycle\nb,motorcycle\n,bicycle\n{"eventId":1}');
  await expect(wrong).rejects.toThrow(
    'labels.csv:2: "car" is no class; they are bicycle, motorcycle, cargo, bike, and - removes a label.\n' +
      'labels.csv:4: b is "bicycle" in labels.csv:3.\n' +
      "labels.csv:5: has no event id.\n" +
      "labels.csv:6: is no JSON object with eventId and class.",
  );
  await expect(read("eventId,kind\na,bicycle")).rejects.toThrow(
    'labels.csv:1: the header has no column "class".',
  );
});

test("fields with commas and quotes come back as they went", () => {
  const fields = ["cargo, bike", 'so-called "bike"', "", "plain"];
  expect(fieldsOf(csvLine(fields))).toEqual(fields);
});

test("the page shows no markup of a class's name", () => {
  const [picture] = [{ eventId: "a", file: "a.png", predicted: "<b>", confidence: 0.5 }];
  expect(labelPage([picture], ["<script>"])).not.toMatch(/<b>|value="<script>"/);
});

test.each([
  [
    ["labels.csv", "--list", "folder"],
    "name a file with labels, or a folder with --list, and not both",
  ],
  [["none.csv"], "none.csv cannot be read"],
])("%j ends with 2 and says why, before anything is asked of AWS", async (args, reason) => {
  const { code, said } = await runLabels(args);
  expect([code, said]).toEqual([2, expect.stringContaining(reason)]);
});

test("a list that nobody counts has enough for the test, a quarter of it, to be the baseline", () => {
  const { count } = parseArguments(["--list", "folder"]) as { count: number };
  expect(count / 4).toBeGreaterThan(1.4 * LEAST_CAPTURED);
});
