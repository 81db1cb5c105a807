import { PutObjectCommand } from "@aws-sdk/client-s3";
import { StopMonitoringScheduleCommand } from "@aws-sdk/client-sagemaker";
import type { Dataset } from "../../pipeline/dataset/manifest.ts";
import { lastExecutions } from "../../pipeline/model-monitor/executions.ts";
import { monitoringTypes } from "../../pipeline/model-monitor/removal.ts";
import { keys, names } from "../../pipeline/names.ts";
import { poll } from "../../pipeline/poll.ts";
import { runNow } from "../pipeline/model-monitor/run-now.ts";
import { configOf, type RoleStand } from "./role-stand.ts";

/** Watched by Model Monitor, labels too. */
export const watched = configOf("act: learn", "", "modelMonitor: { modelQuality: true }");

/** As a person may; the next deployment starts it again. */
export async function stopSchedule({ context }: RoleStand): Promise<void> {
  const MonitoringScheduleName = names.monitoringSchedule(watched, "data-quality");
  await context.clients.sagemaker.send(
    new StopMonitoringScheduleCommand({ MonitoringScheduleName }),
  );
}

/** Says of every test picture that it is a bicycle, which half of them are not. */
export async function labelAll({ aws, context }: RoleStand, { manifest }: Dataset): Promise<void> {
  const lines = manifest.test.map(({ key }) =>
    JSON.stringify({
      groundTruthData: { data: "bicycle", encoding: "CSV" },
      eventMetadata: { eventId: key.split("/").at(-1) },
      eventVersion: "0",
    }),
  );
  const hour = new Date().toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
  const Key = `${keys.groundTruth(watched)}${hour}/labels.jsonl`;
  const request = { Bucket: aws.bucket, Key, Body: lines.join("\n") };
  await context.clients.s3.send(new PutObjectCommand(request));
}

/** Both schedules look at what was sent, once. */
export async function watchOnce({ context }: RoleStand): Promise<void> {
  for (const type of monitoringTypes) {
    await runNow(context.clients.sagemaker, names.monitoringSchedule(watched, type));
  }
  const look = async () => {
    const found = await lastExecutions(context, watched);
    const seen = found.filter(({ status }) => status.startsWith("Completed"));
    const isViolated = seen.some(({ violationsUri }) => violationsUri !== undefined);
    return isViolated && new Set(seen.map(({ schedule }) => schedule)).size === 2
      ? seen
      : undefined;
  };
  const { signal } = context;
  const resume = "Look at the executions' reasons.";
  await poll(look, { what: "Model Monitor", timeoutMs: 120_000, intervalMs: 100, signal, resume });
}
