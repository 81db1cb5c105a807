/** When a monitoring schedule's executions begin. */
export type ScheduleExpression =
  | "NOW"
  | {
      /** The hour of the day, in UTC, of the first one. */
      readonly from: number;
      /** Hours from one to the next. */
      readonly every: number;
    };

/**
 * Reads what AWS takes: hourly, daily, every so many hours from one on, or NOW. Undefined for anything else.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
 */
export function parseSchedule(text: string): ScheduleExpression | undefined {
  if (text === "NOW") return "NOW";
  if (text === "cron(0 * ? * * *)") return { from: 0, every: 1 };
  const [, from, every = "24"] =
    /^cron\(0 (\d{1,2})(?:\/(\d{1,2}))? \? \* \* \*\)$/.exec(text) ?? [];
  const schedule = { from: Number(from), every: Number(every) };
  const isValid = schedule.from <= 23 && schedule.every >= 1 && schedule.every <= 24;
  return isValid ? schedule : undefined;
}

/** Whether an execution begins with an hour, counted from 1970 on. Those of each day begin anew at `from`. */
export function isDue(schedule: ScheduleExpression, hour: number): boolean {
  if (schedule === "NOW") return false;
  return ((hour - schedule.from + 24) % 24) % schedule.every === 0;
}

/** The hours of an ISO 8601 duration with its sign, such as -24 of `-P1D`; undefined for what is none. */
export function durationHours(text: string): number | undefined {
  const found = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (found === null || /[PT]$/.test(text)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(2)
    .map((part) => Number(part ?? 0));
  return (found[1] === "-" ? -1 : 1) * (days * 24 + hours + minutes / 60 + seconds / 3600);
}
