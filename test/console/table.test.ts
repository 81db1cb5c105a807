import { expect, test } from "@jest/globals";
import { table } from "../../console/table.ts";

test("columns are as wide as their widest cell", () => {
  const rows = [
    ["train-model", "9.0", "a"],
    ["all", "10.5", ""],
  ];
  expect(table(["step", "seconds", "made"], rows, [1]).split("\n")).toEqual([
    "step         seconds  made",
    "-----------  -------  ----",
    "train-model      9.0  a",
    "all             10.5",
  ]);
});
