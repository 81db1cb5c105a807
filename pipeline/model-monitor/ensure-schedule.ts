import {
  AddTagsCommand,
  CreateDataQualityJobDefinitionCommand,
  type CreateDataQualityJobDefinitionCommandInput,
  CreateModelQualityJobDefinitionCommand,
  type CreateModelQualityJobDefinitionCommandInput,
  CreateMonitoringScheduleCommand,
  type MonitoringScheduleConfig,
  StartMonitoringScheduleCommand,
  UpdateMonitoringScheduleCommand,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf, StepError } from "../errors.ts";
import { names } from "../names.ts";
import type { Pace } from "../poll.ts";
import type { Tag } from "../tags.ts";
import { removeDefinition, removeSchedule } from "./removal.ts";
import { isClosed, type Schedule, settledSchedule } from "./schedule.ts";

/** What a schedule starts; a definition's name follows from what it says, for it can't be changed. */
export type Definition = { readonly tags: Tag[] } & (
  | {
      readonly type: "data-quality";
      readonly specification: Omit<CreateDataQualityJobDefinitionCommandInput, Naming>;
    }
  | {
      readonly type: "model-quality";
      readonly specification: Omit<CreateModelQualityJobDefinitionCommandInput, Naming>;
    }
);

type Naming = "JobDefinitionName" | "Tags";

/**
 * Makes the definition and the schedule that starts it unless they are there; a schedule of another
 * definition is moved to this one, and the former is deleted.
 * @throws StepError where AWS refuses them, or the schedule ends Failed.
 */
export async function ensureSchedule(
  context: Context,
  config: Config,
  { definition, expression }: { readonly definition: Definition; readonly expression: string },
  pace: Pace,
): Promise<void> {
  const { sagemaker } = context.clients;
  const { type, specification, tags } = definition;
  const name = names.monitoringSchedule(config, type);
  const definitionName = names.monitoringJobDefinition(config, type, specification);
  const request = {
    MonitoringScheduleName: name,
    MonitoringScheduleConfig: {
      ScheduleConfig: { ScheduleExpression: expression },
      MonitoringJobDefinitionName: definitionName,
      MonitoringType: type === "data-quality" ? "DataQuality" : "ModelQuality",
    } satisfies MonitoringScheduleConfig,
  };
  let before = await settledSchedule(context, name, pace);
  await refusable(`job definition ${definitionName}`, () =>
    createDefinition(context, definitionName, definition),
  );
  if (before?.MonitoringScheduleStatus === "Failed") {
    await removeSchedule(context, name, pace);
    before = undefined;
  }
  const former = before?.MonitoringScheduleConfig;
  const isSame =
    former?.MonitoringJobDefinitionName === definitionName &&
    former.ScheduleConfig?.ScheduleExpression === expression;
  if (before === undefined) {
    await refusable(`monitoring schedule ${name}`, () =>
      sagemaker.send(new CreateMonitoringScheduleCommand({ ...request, Tags: tags })),
    );
  } else {
    const ResourceArn = before.MonitoringScheduleArn;
    await sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: tags }));
    if (!isSame) await sagemaker.send(new UpdateMonitoringScheduleCommand(request));
  }
  let schedule = await settledSchedule(context, name, pace);
  if (schedule?.MonitoringScheduleStatus === "Stopped") {
    await sagemaker.send(new StartMonitoringScheduleCommand({ MonitoringScheduleName: name }));
    schedule = await settledSchedule(context, name, pace);
  }
  requireScheduled(name, schedule);
  const old = former?.MonitoringJobDefinitionName;
  if (old !== undefined && old !== definitionName) await removeDefinition(context, type, old);
  const change = before === undefined ? "created" : isSame ? "unchanged" : "updated";
  context.progress.line(`monitoring schedule ${name}, ${expression}: ${change}`);
}

async function createDefinition(
  { clients: { sagemaker } }: Context,
  JobDefinitionName: string,
  { type, specification, tags: Tags }: Definition,
): Promise<void> {
  const named = { JobDefinitionName, Tags };
  try {
    await (type === "data-quality"
      ? sagemaker.send(new CreateDataQualityJobDefinitionCommand({ ...specification, ...named }))
      : sagemaker.send(new CreateModelQualityJobDefinitionCommand({ ...specification, ...named })));
  } catch (error) {
    // The name is made of the content: what exists under it is the same.
    if (!(error instanceof Error && error.name === "ResourceInUse")) throw error;
  }
}

/**
 * @throws StepError that names what is refused, and says what to do where AWS lets this account have no Model
 * Monitor.
 */
async function refusable(what: string, create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (cause) {
    const next = isClosed(cause)
      ? "AWS takes no new customers of Model Monitor since 2026-07-30: take monitoring.modelMonitor out of " +
        "pipeline.yaml. monitor-endpoint needs none of it."
      : "Run deploy-endpoint again once that is mended.";
    throw new StepError(
      `The ${what} was refused, and the endpoint serves without it: ${messageOf(cause)}. ${next}`,
      { cause },
    );
  }
}

function requireScheduled(name: string, schedule: Schedule | undefined): void {
  const status = schedule?.MonitoringScheduleStatus;
  if (status === "Scheduled") return;
  throw new StepError(
    `Monitoring schedule ${name} is ${status ?? "gone"}: ${schedule?.FailureReason ?? "no reason given"}. ` +
      "The endpoint serves. Run deploy-endpoint again, or take monitoring.modelMonitor out of pipeline.yaml.",
  );
}
