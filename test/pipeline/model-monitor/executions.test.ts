import { expect, test } from "@jest/globals";
import { lastExecutions } from "../../../pipeline/model-monitor/executions.ts";
import { contextAnswering } from "../answering.ts";

test("executions that AWS does not list are none, and a line says why", async () => {
  using context = contextAnswering(() => {
    throw new Error("Rate exceeded");
  });
  const lines: string[] = [];
  const progress = { ...context.progress, line: (text: string) => lines.push(text) };
  const scope = { project: "scones", environment: "test" };
  expect(await lastExecutions({ ...context, progress }, scope)).toEqual([]);
  expect(lines).toEqual(["Model Monitor's last executions are not known: Rate exceeded"]);
});
