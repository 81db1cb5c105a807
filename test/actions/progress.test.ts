import { expect, test } from "@jest/globals";
import { ActionsProgress } from "../../actions/progress.ts";

function record(act: (progress: ActionsProgress) => void): string[] {
  const lines: string[] = [];
  act(new ActionsProgress((text) => lines.push(text)));
  return lines;
}

test("of 1,200 pictures the log has eleven lines, the last of them all", () => {
  const lines = record((progress) => {
    for (let done = 1; done <= 1200; done++) progress.count(done, 1200, "pictures");
  });
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe("1,200 of 1,200 pictures");
});

test("a count that stands still says nothing, another one begins anew", () => {
  const lines = record((progress) => {
    for (let times = 0; times < 3; times++) progress.count(0, 20, "pictures");
    progress.count(0, 20, "objects", "slow");
    progress.line("done");
    progress.count(0, 20, "objects");
  });
  expect(lines).toEqual(["0 of 20 pictures", "0 of 20 objects  slow", "done", "0 of 20 objects"]);
});

test("of nothing, nothing is divided by zero", () => {
  expect(record((progress) => progress.count(0, 0, "pictures"))).toEqual(["0 of 0 pictures"]);
});
