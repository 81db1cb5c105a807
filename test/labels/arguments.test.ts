import { expect, test } from "@jest/globals";
import { parseArguments } from "../../labels/arguments.ts";
import { LEAST_CAPTURED } from "../../pipeline/monitoring/test-pictures.ts";

test("a list that nobody counts has enough for the test, a quarter of it, to be the baseline", () => {
  const { count } = parseArguments(["--list", "folder"]) as { count: number };
  expect(count / 4).toBeGreaterThan(1.4 * LEAST_CAPTURED);
});
