import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { rollbackAlarms } from "../../../pipeline/endpoint/rollback-alarms.ts";
import { contextAnswering } from "../answering.ts";

const config = parseConfig("environment: test");

test("the stack's alarms that exist watch an update, but one that is in ALARM already", async () => {
  const lines: string[] = [];
  const asked: unknown[] = [];
  using context = contextAnswering((_operation, { AlarmNames }) => {
    asked.push(AlarmNames);
    return {
      MetricAlarms: [
        { AlarmName: "a", StateValue: "OK" },
        { AlarmName: "b", StateValue: "ALARM", StateReason: "0.4 > 0.05" },
        { AlarmName: "c", StateValue: "INSUFFICIENT_DATA" },
      ],
    };
  });
  const progress = { line: (text: string) => lines.push(text), count: () => undefined };
  expect(await rollbackAlarms({ ...context, progress }, config)).toEqual(["a", "c"]);
  const stack = "scones-test-application";
  expect(asked).toEqual([[`${stack}-5xx-errors`, `${stack}-4xx-errors`, `${stack}-model-latency`]]);
  expect(lines).toEqual(["alarm b is in ALARM before the update and can't watch it: 0.4 > 0.05"]);
});
