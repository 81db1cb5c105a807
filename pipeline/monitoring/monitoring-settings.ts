import * as z from "zod";

/** AWS takes no new customers of Model Monitor since 2026-07-30: it is on only where it is asked for. */
const modelMonitor = z.strictObject({
  schedule: z
    .string()
    .regex(
      /^cron\(0 (\*|([01]?\d|2[0-3])(\/([1-9]|1\d|2[0-4]))?) \? \* \* \*\)$/,
      'hourly "cron(0 * ? * * *)", daily "cron(0 17 ? * * *)", or every so many hours "cron(0 17/12 ? * * *)", in UTC',
    )
    .default("cron(0 * ? * * *)"),
  instanceType: z.string().startsWith("ml.").default("ml.m5.xlarge"),
  modelQuality: z.boolean().default(false),
});

/** `monitoring` of pipeline.yaml. */
export const monitoring = z.strictObject({
  minRecords: z.int().min(1).default(20),
  psi: z.number().positive().default(0.2),
  significance: z.number().gt(0).lt(1).default(0.01),
  modelMonitor: modelMonitor.optional(),
});
