import { expect, test } from "@jest/globals";
import {
  durationHours,
  isDue,
  parseSchedule,
} from "../../../../local/sagemaker/monitoring/schedule-expression.ts";

/** The hours of two days at which executions begin. */
function hoursOf(text: string): number[] {
  const schedule = parseSchedule(text);
  if (schedule === undefined) throw new Error(`${text} is no schedule`);
  return Array.from({ length: 48 }, (_, hour) => hour).filter((hour) => isDue(schedule, hour));
}

test("AWS's own examples of schedules begin when its guide says", () => {
  expect(hoursOf("cron(0 * ? * * *)")).toHaveLength(48);
  expect(hoursOf("cron(0 12 ? * * *)")).toEqual([12, 36]);
  expect(hoursOf("cron(0 0 ? * * *)")).toEqual([0, 24]);
  expect(hoursOf("cron(0 17/12 ? * * *)")).toEqual([5, 17, 29, 41]);
  expect(hoursOf("cron(0 0/2 ? * * *)")).toHaveLength(24);
  expect(hoursOf("NOW")).toEqual([]);
});

test.each(["cron(0 24 ? * * *)", "cron(30 * ? * * *)", "cron(0 0/25 ? * * *)", "rate(1 hour)", ""])(
  "%j is no schedule that AWS takes",
  (text) => {
    expect(parseSchedule(text)).toBeUndefined();
  },
);

test.each([
  ["-PT1H", -1],
  ["-P7D", -168],
  ["-P1DT6H", -30],
  ["PT30M", 0.5],
  ["-PT", undefined],
  ["1H", undefined],
])("the duration %j has %j hours", (text, hours) => {
  expect(durationHours(text)).toBe(hours);
});
