import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { runAction } from "./run-action.ts";

const workspace = fileURLToPath(new URL("../..", import.meta.url));

test.each([
  [{ direction: "up" }, /give the inputs vpc-id and subnet-ids\. docs\/studio\.md shows/],
  [{ direction: "up", "vpc-id": "vpc-1" }, /give the inputs vpc-id and subnet-ids/],
  [{ direction: "sideways" }, /Input direction: "sideways": expected up, down\./],
])("%j is refused before AWS is asked", async (inputs, reason) => {
  const { code, annotations } = await runAction("studio", inputs, { workspace });
  expect(code).toBe(1);
  expect(annotations.map(({ message }) => message)).toEqual([expect.stringMatching(reason)]);
});
