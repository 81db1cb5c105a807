import { expect, test } from "@jest/globals";
import { runLabels } from "./run-labels.ts";

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
