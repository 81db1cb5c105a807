import { expect, test } from "@jest/globals";
import { readLabels } from "../../labels/read-labels.ts";

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
