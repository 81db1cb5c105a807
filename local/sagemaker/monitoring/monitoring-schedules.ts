import { setTimeout as sleep } from "node:timers/promises";
import type {
  CreateMonitoringScheduleCommandInput,
  CreateMonitoringScheduleCommandOutput,
  DescribeMonitoringScheduleCommandOutput,
  ListMonitoringSchedulesCommandInput,
  ListMonitoringSchedulesCommandOutput,
  MonitoringScheduleConfig,
  ScheduleStatus,
  UpdateMonitoringScheduleCommandInput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import type { JobDefinition } from "./job-definitions.ts";
import { listPage } from "../listing.ts";
import { isOver, summaryOf } from "./monitoring-executions.ts";
import { checkSchedule } from "./monitoring-rules.ts";
import type { ScheduleExpression } from "./schedule-expression.ts";
import { arnOf, runBehind, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

export interface MonitoringSchedule {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  modified: Date;
  status: ScheduleStatus;
  definition: JobDefinition;
  expression: ScheduleExpression;
  config: Valid<MonitoringScheduleConfig>;
}

/** How long a schedule is Pending after a change. */
const PENDING_MS = 20;

interface Named {
  readonly MonitoringScheduleName: string;
}

/** Create, Describe, Update, Start, Stop, List and Delete of MonitoringSchedule. */
export function monitoringScheduleOperations(service: Service) {
  const find = ({ MonitoringScheduleName: name }: Named) => findSchedule(service, name);
  return {
    CreateMonitoringSchedule(
      input: Valid<CreateMonitoringScheduleCommandInput>,
    ): Answer<CreateMonitoringScheduleCommandOutput> {
      const name = input.MonitoringScheduleName;
      const arn = arnOf(service, `monitoring-schedule/${name}`);
      if (service.monitoringSchedules.has(name)) {
        throw new ServiceError("ResourceInUse", `Monitoring schedule already exists: ${arn}`);
      }
      const created = new Date();
      const schedule: MonitoringSchedule = {
        name,
        arn,
        created,
        modified: created,
        status: "Pending",
        ...checkSchedule(service, input.MonitoringScheduleConfig),
      };
      service.monitoringSchedules.set(name, schedule);
      tagNew(service, arn, input.Tags);
      become(service, schedule, "Scheduled");
      return { MonitoringScheduleArn: arn };
    },
    DescribeMonitoringSchedule: (input: Named) => describe(service, find(input)),
    UpdateMonitoringSchedule(input: Valid<UpdateMonitoringScheduleCommandInput>) {
      const schedule = find(input);
      refuseWhilePending(schedule);
      const { status } = schedule;
      Object.assign(schedule, checkSchedule(service, input.MonitoringScheduleConfig));
      become(service, schedule, status);
      return { MonitoringScheduleArn: schedule.arn };
    },
    StartMonitoringSchedule(input: Named) {
      const schedule = find(input);
      refuseWhilePending(schedule);
      become(service, schedule, "Scheduled");
      return {};
    },
    StopMonitoringSchedule(input: Named) {
      const schedule = find(input);
      refuseWhilePending(schedule);
      become(service, schedule, "Stopped");
      return {};
    },
    DeleteMonitoringSchedule(input: Named) {
      const schedule = find(input);
      refuseWhilePending(schedule);
      const running = service.monitoringExecutions.some(
        (one) => one.scheduleName === schedule.name && !isOver(one),
      );
      if (running) {
        throw validationException(
          `Cannot delete monitoring schedule ${schedule.arn} with running executions.`,
        );
      }
      service.monitoringSchedules.delete(schedule.name);
      service.tags.delete(schedule.arn);
      return {};
    },
    ListMonitoringSchedules(
      input: Valid<ListMonitoringSchedulesCommandInput>,
    ): Answer<ListMonitoringSchedulesCommandOutput> {
      const found = [...service.monitoringSchedules.values()].filter(({ definition }) =>
        isAsked(definition, input),
      );
      const { page, NextToken } = listPage(found, input, "Descending", (one) => one);
      return { MonitoringScheduleSummaries: page.map(summary), NextToken };
    },
  };
}

/** @throws ServiceError ResourceNotFound */
function findSchedule(service: Service, name: string): MonitoringSchedule {
  const found = service.monitoringSchedules.get(name);
  if (found !== undefined) return found;
  const arn = arnOf(service, `monitoring-schedule/${name}`);
  throw new ServiceError(
    "ResourceNotFound",
    `Could not find requested monitoring schedule: ${arn}`,
  );
}

/** The schedules that an endpoint can't be deleted with. */
export function schedulesOf(service: Service, endpointName: string): MonitoringSchedule[] {
  return [...service.monitoringSchedules.values()].filter(
    ({ definition }) => definition.endpointName === endpointName,
  );
}

/** Whether a definition is what a list of schedules or executions asks for. */
export function isAsked(
  { endpointName, name, type }: JobDefinition,
  {
    EndpointName = endpointName,
    MonitoringJobDefinitionName = name,
    MonitoringTypeEquals = type,
  }: {
    readonly EndpointName?: string | undefined;
    readonly MonitoringJobDefinitionName?: string | undefined;
    readonly MonitoringTypeEquals?: string | undefined;
  },
): boolean {
  return (
    EndpointName === endpointName &&
    MonitoringJobDefinitionName === name &&
    MonitoringTypeEquals === type
  );
}

/** Pending first, as on AWS; what runs NOW runs once it is Scheduled. */
function become(service: Service, schedule: MonitoringSchedule, status: ScheduleStatus): void {
  schedule.status = "Pending";
  schedule.modified = new Date();
  const settle = () => {
    schedule.status = status;
    schedule.modified = new Date();
    if (status === "Scheduled" && schedule.expression === "NOW") {
      service.monitoringClock.begin(service, schedule, schedule.modified);
    }
  };
  const pending = sleep(PENDING_MS, undefined, { signal: service.closing });
  runBehind(
    service,
    pending.then(settle, () => undefined),
  );
}

function refuseWhilePending({ status, arn }: MonitoringSchedule): void {
  if (status === "Pending")
    throw validationException(`Monitoring schedule ${arn} is in status Pending.`);
}

function summary({ definition, ...schedule }: MonitoringSchedule) {
  return {
    MonitoringScheduleName: schedule.name,
    MonitoringScheduleArn: schedule.arn,
    CreationTime: schedule.created,
    LastModifiedTime: schedule.modified,
    MonitoringScheduleStatus: schedule.status,
    EndpointName: definition.endpointName,
    MonitoringJobDefinitionName: definition.name,
    MonitoringType: definition.type,
  };
}

function describe(
  service: Service,
  schedule: MonitoringSchedule,
): Answer<DescribeMonitoringScheduleCommandOutput> {
  const { MonitoringJobDefinitionName: _name, ...answer } = summary(schedule);
  const last = service.monitoringExecutions.findLast((one) => one.scheduleName === schedule.name);
  return {
    ...answer,
    MonitoringScheduleConfig: schedule.config,
    LastMonitoringExecutionSummary: last && summaryOf(last),
  };
}
