import * as z from "zod";
import { shiftSeconds } from "./deployment-config.ts";

const settings = z.strictObject({
  instanceType: z.string().startsWith("ml.").default("ml.m5.xlarge"),
  instanceCount: z.int().min(1, { abort: true }).default(1),
  capturePercentage: z.int().min(0).max(100).default(100),
  maxLatencyMs: z.int().min(1).default(1000),
  scaling: z
    .strictObject({
      minCapacity: z.int().min(1).default(1),
      maxCapacity: z.int().min(1).default(4),
      invocationsPerInstance: z.int().min(1).default(1000),
    })
    .prefault({}),
  deployment: z
    .strictObject({
      strategy: z.enum(["canary", "linear", "all-at-once"]).default("canary"),
      stepPercent: z
        .int()
        .min(10, "AWS takes linear steps of 10% to 50% of the instances")
        .max(50, "AWS takes steps of at most 50% of the instances")
        .default(20),
      bakeSeconds: z.int().min(0).max(3600).default(300),
      terminationWaitSeconds: z.int().min(0).max(3600).default(300),
    })
    .prefault({}),
  maxWaitMinutes: z
    .int()
    .min(10, "AWS gives an update at least 10 minutes")
    .max(480, "AWS gives an update at most 480 minutes")
    .default(30),
});

/** `endpoint` of pipeline.yaml. */
export const endpoint = settings.superRefine((given, context) => {
  const refuse = (path: string[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  const { instanceCount, scaling, deployment, maxWaitMinutes } = given;
  const { minCapacity, maxCapacity } = scaling;
  if (minCapacity > maxCapacity) {
    refuse(["scaling", "minCapacity"], `must be at most maxCapacity, ${maxCapacity}`);
  } else if (instanceCount < minCapacity || instanceCount > maxCapacity) {
    refuse(
      ["instanceCount"],
      `must be from scaling.minCapacity, ${minCapacity}, to scaling.maxCapacity, ${maxCapacity}: scaling would change it at once`,
    );
  }
  const seconds = shiftSeconds(deployment);
  if (seconds >= maxWaitMinutes * 60) {
    refuse(
      ["maxWaitMinutes"],
      `must be over ${seconds / 60}: that long an update waits by endpoint.deployment alone`,
    );
  }
});
