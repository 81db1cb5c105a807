import type {
  CreateTrainingJobCommandInput,
  CreateTrainingJobCommandOutput,
  DescribeTrainingJobCommandInput,
  DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommandInput,
  ListTrainingJobsCommandOutput,
  StopTrainingJobCommandInput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { arnOf, runBehind, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import { TrainingJob, type TrainingRequest } from "./training-job.ts";
import { checkTrainingRequest } from "./training-rules.ts";
import { runTrainingJob } from "./training-run.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

/** CreateTrainingJob, DescribeTrainingJob, StopTrainingJob, ListTrainingJobs. */
export function trainingJobOperations(service: Service) {
  return {
    CreateTrainingJob(
      input: Valid<CreateTrainingJobCommandInput>,
    ): Answer<CreateTrainingJobCommandOutput> {
      const { job, ended } = launchTrainingJob(service, checkTrainingRequest(service, input));
      runBehind(service, ended);
      return { TrainingJobArn: job.arn };
    },
    DescribeTrainingJob(
      input: Valid<DescribeTrainingJobCommandInput>,
    ): Answer<DescribeTrainingJobCommandOutput> {
      return describe(find(service, input.TrainingJobName));
    },
    StopTrainingJob({ TrainingJobName }: Valid<StopTrainingJobCommandInput>) {
      const job = find(service, TrainingJobName);
      if (job.status === "Stopping") return {};
      if (job.status !== "InProgress") {
        throw validationException(
          `The request was rejected because the training job is in status ${job.status}.`,
        );
      }
      stopTrainingJob(job);
      return {};
    },
    ListTrainingJobs(
      input: Valid<ListTrainingJobsCommandInput>,
    ): Answer<ListTrainingJobsCommandOutput> {
      const { page, NextToken } = listPage(
        service.trainingJobs.values(),
        input,
        "Ascending",
        (job) => ({
          name: job.request.TrainingJobName,
          created: job.created,
          modified: job.modified,
          status: job.status,
        }),
      );
      return { TrainingJobSummaries: page.map(summary), NextToken };
    },
  };
}

/** Makes a training job of a request that was checked, and runs it; `ended` never rejects. */
export function launchTrainingJob(
  service: Service,
  request: TrainingRequest,
  tuningJobArn?: string,
): { readonly job: TrainingJob; readonly ended: Promise<void> } {
  const arn = arnOf(service, `training-job/${request.TrainingJobName}`);
  const job = new TrainingJob(request, arn, tuningJobArn);
  tagNew(service, arn, request.Tags);
  service.trainingJobs.set(request.TrainingJobName, job);
  return { job, ended: runTrainingJob(service, job) };
}

/** Begins to stop a job that is in progress. */
export function stopTrainingJob(job: TrainingJob): void {
  job.move("Stopping", "Stopping the training job");
  job.stopping.abort("Stopped");
}

function find(service: Service, name: string): TrainingJob {
  const job = service.trainingJobs.get(name);
  // Not the ResourceNotFound that the API model announces: this is what the service answers.
  if (job === undefined) {
    throw validationException("Requested resource not found.");
  }
  return job;
}

function describe(job: TrainingJob): Answer<DescribeTrainingJobCommandOutput> {
  const { Tags: _tags, SessionChainingConfig: _session, ...request } = job.request;
  return {
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
    ...request,
    TrainingJobArn: job.arn,
    TuningJobArn: job.tuningJobArn,
    ModelArtifacts: { S3ModelArtifacts: job.modelArtifacts },
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    FailureReason: job.failureReason,
    CreationTime: job.created,
    LastModifiedTime: job.modified,
    TrainingStartTime: job.started,
    TrainingEndTime: job.ended,
    SecondaryStatusTransitions: job.transitions,
    FinalMetricDataList: job.finalMetrics,
    TrainingTimeInSeconds: job.trainingSeconds,
    BillableTimeInSeconds: job.billableSeconds,
  };
}

function summary(job: TrainingJob) {
  return {
    TrainingJobName: job.request.TrainingJobName,
    TrainingJobArn: job.arn,
    CreationTime: job.created,
    TrainingEndTime: job.ended,
    LastModifiedTime: job.modified,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
  };
}
