import type {
  DescribeProcessingJobCommandInput,
  DescribeProcessingJobCommandOutput,
  ExecutionStatus,
  ListMonitoringExecutionsCommandInput,
  ListMonitoringExecutionsCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import type { JobDefinition } from "./job-definitions.ts";
import { listPage } from "../listing.ts";
import { isAsked } from "./monitoring-schedules.ts";
import { arnOf, type Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { ServiceError } from "../wire.ts";

/** One run of a schedule, by a processing job. */
export interface MonitoringExecution {
  readonly scheduleName: string;
  readonly scheduleArn: string;
  readonly definition: JobDefinition;
  readonly processingJobName: string;
  readonly processingJobArn: string;
  readonly scheduled: Date;
  /** What is analyzed: captures from the one on, and before the other. */
  readonly window: { readonly start: Date; readonly end: Date };
  /** Where the reports go, without a slash at the end. */
  readonly outputUri: string;
  readonly created: Date;
  modified: Date;
  status: ExecutionStatus;
  started?: Date;
  ended?: Date;
  failureReason?: string;
  exitMessage?: string;
}

/** ListMonitoringExecutions, and DescribeProcessingJob for what executions are done by. */
export function monitoringExecutionOperations(service: Service) {
  return {
    ListMonitoringExecutions(
      input: Valid<ListMonitoringExecutionsCommandInput>,
    ): Answer<ListMonitoringExecutionsCommandOutput> {
      const { MonitoringScheduleName: name, ScheduledTimeAfter, ScheduledTimeBefore } = input;
      const found = service.monitoringExecutions.filter(
        ({ scheduleName, scheduled, definition }) =>
          (name === undefined || scheduleName === name) &&
          (ScheduledTimeAfter === undefined || scheduled >= ScheduledTimeAfter) &&
          (ScheduledTimeBefore === undefined || scheduled <= ScheduledTimeBefore) &&
          isAsked(definition, input),
      );
      const { page, NextToken } = listPage(found, input, "Descending", (one) => ({
        ...one,
        name: one.processingJobName,
        created: input.SortBy === "ScheduledTime" ? one.scheduled : one.created,
      }));
      return { MonitoringExecutionSummaries: page.map(summaryOf), NextToken };
    },
    DescribeProcessingJob(
      input: Valid<DescribeProcessingJobCommandInput>,
    ): Answer<DescribeProcessingJobCommandOutput> {
      const { ProcessingJobName: name } = input;
      const found = service.monitoringExecutions.find((one) => one.processingJobName === name);
      if (found !== undefined) return describe(found);
      const arn = arnOf(service, `processing-job/${name}`);
      throw new ServiceError("ResourceNotFound", `Could not find requested job with name: ${arn}`);
    },
  };
}

export function isOver({ ended }: MonitoringExecution): boolean {
  return ended !== undefined;
}

/** An execution as lists, and the description of its schedule, have it. */
export function summaryOf(execution: MonitoringExecution) {
  const { definition } = execution;
  return {
    MonitoringScheduleName: execution.scheduleName,
    ScheduledTime: execution.scheduled,
    CreationTime: execution.created,
    LastModifiedTime: execution.modified,
    MonitoringExecutionStatus: execution.status,
    ProcessingJobArn: execution.processingJobArn,
    EndpointName: definition.endpointName,
    FailureReason: execution.failureReason,
    MonitoringJobDefinitionName: definition.name,
    MonitoringType: definition.type,
  };
}

/** The part of a definition that both types have. */
export function jobOf({ type, request }: JobDefinition) {
  const { JobResources, RoleArn, StoppingCondition } = request;
  const [application, { MonitoringOutputs }] =
    type === "DataQuality"
      ? [request.DataQualityAppSpecification, request.DataQualityJobOutputConfig]
      : [request.ModelQualityAppSpecification, request.ModelQualityJobOutputConfig];
  const output = MonitoringOutputs[0]?.S3Output;
  if (output === undefined) throw new Error("The API model asks for one output.");
  return { JobResources, RoleArn, StoppingCondition, application, output };
}

/** Its inputs are left out. */
function describe(execution: MonitoringExecution): Answer<DescribeProcessingJobCommandOutput> {
  const { JobResources, RoleArn, StoppingCondition, application, output } = jobOf(
    execution.definition,
  );
  const { status } = execution;
  return {
    ProcessingJobName: execution.processingJobName,
    ProcessingJobArn: execution.processingJobArn,
    ProcessingJobStatus:
      status === "CompletedWithViolations"
        ? "Completed"
        : status === "Pending"
          ? "InProgress"
          : status,
    ProcessingResources: JobResources,
    AppSpecification: { ImageUri: application.ImageUri },
    Environment: application.Environment,
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: "result",
          S3Output: { S3UploadMode: "EndOfJob", ...output, S3Uri: execution.outputUri },
        },
      ],
    },
    RoleArn,
    StoppingCondition,
    MonitoringScheduleArn: execution.scheduleArn,
    FailureReason: execution.failureReason,
    ExitMessage: execution.exitMessage,
    CreationTime: execution.created,
    ProcessingStartTime: execution.started,
    ProcessingEndTime: execution.ended,
    LastModifiedTime: execution.modified,
  };
}
