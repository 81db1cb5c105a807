import type {
  CreateTrainingJobCommandInput,
  CreateTrainingJobCommandOutput,
  DescribeTrainingJobCommandInput,
  DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommandInput,
  ListTrainingJobsCommandOutput,
  StopTrainingJobCommandInput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "./answer.ts";
import { listPage } from "./listing.ts";
import { arnOf, runBehind, type Service } from "./service.ts";
import { tagNew } from "./tags.ts";
import { TrainingJob } from "./training-job.ts";
import { checkTrainingRequest } from "./training-rules.ts";
import { runTrainingJob } from "./training-run.ts";
import type { Valid } from "./valid.ts";
import { ServiceError } from "./wire.ts";

/** CreateTrainingJob, DescribeTrainingJob, StopTrainingJob, ListTrainingJobs. */
export function trainingJobOperations(service: Service) {
  return {
    CreateTrainingJob(
      input: Valid<CreateTrainingJobCommandInput>,
    ): Answer<CreateTrainingJobCommandOutput> {
      const request = checkTrainingRequest(service, input);
      const arn = arnOf(service, `training-job/${request.TrainingJobName}`);
      const job = new TrainingJob(request, arn);
      tagNew(service, arn, request.Tags);
      service.trainingJobs.set(request.TrainingJobName, job);
      runBehind(service, runTrainingJob(service, job));
      return { TrainingJobArn: arn };
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
        throw new ServiceError(
          "ValidationException",
          `The request was rejected because the training job is in status ${job.status}.`,
        );
      }
      job.move("Stopping", "Stopping the training job");
      job.stopping.abort("Stopped");
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

function find(service: Service, name: string): TrainingJob {
  const job = service.trainingJobs.get(name);
  // Not the ResourceNotFound that the API model announces: this is what the service answers.
  if (job === undefined) {
    throw new ServiceError("ValidationException", "Requested resource not found.");
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
    BillableTimeInSeconds: job.trainingSeconds,
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
