import type {
  CreateHyperParameterTuningJobCommandInput,
  CreateHyperParameterTuningJobCommandOutput,
  DeleteHyperParameterTuningJobCommandInput,
  DescribeHyperParameterTuningJobCommandInput,
  DescribeHyperParameterTuningJobCommandOutput,
  ListHyperParameterTuningJobsCommandInput,
  ListHyperParameterTuningJobsCommandOutput,
  ListTrainingJobsForHyperParameterTuningJobCommandInput,
  ListTrainingJobsForHyperParameterTuningJobCommandOutput,
  StopHyperParameterTuningJobCommandInput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { arnOf, runBehind, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import { stopTrainingJob } from "../training/training-jobs.ts";
import { TuningJob } from "./tuning-job.ts";
import { checkTuningRequest } from "./tuning-rules.ts";
import { runTuningJob } from "./tuning-run.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

/** Create-, Describe-, Stop-, List- and DeleteHyperParameterTuningJob, and the list of its training jobs. */
export function tuningJobOperations(service: Service) {
  return {
    CreateHyperParameterTuningJob(
      input: Valid<CreateHyperParameterTuningJobCommandInput>,
    ): Answer<CreateHyperParameterTuningJobCommandOutput> {
      const { request, training } = checkTuningRequest(service, input);
      const { HyperParameterTuningJobName: name } = request;
      const arn = arnOf(service, `hyper-parameter-tuning-job/${name}`);
      const job = new TuningJob(request, training, arn);
      tagNew(service, arn, request.Tags);
      service.tuningJobs.set(name.toLowerCase(), job);
      runBehind(service, runTuningJob(service, job));
      return { HyperParameterTuningJobArn: arn };
    },
    DescribeHyperParameterTuningJob(
      input: Valid<DescribeHyperParameterTuningJobCommandInput>,
    ): Answer<DescribeHyperParameterTuningJobCommandOutput> {
      return describe(find(service, input.HyperParameterTuningJobName));
    },
    StopHyperParameterTuningJob(input: Valid<StopHyperParameterTuningJobCommandInput>) {
      const job = find(service, input.HyperParameterTuningJobName);
      if (job.status === "Stopping") return {};
      if (job.status !== "InProgress") throw inStatus(job);
      job.move("Stopping");
      for (const trial of job.trials) {
        if (trial.job.status === "InProgress") stopTrainingJob(trial.job);
      }
      return {};
    },
    DeleteHyperParameterTuningJob(input: Valid<DeleteHyperParameterTuningJobCommandInput>) {
      const job = find(service, input.HyperParameterTuningJobName);
      if (job.ended === undefined) throw inStatus(job);
      service.tuningJobs.delete(job.request.HyperParameterTuningJobName.toLowerCase());
      service.tags.delete(job.arn);
      return {};
    },
    ListHyperParameterTuningJobs(
      input: Valid<ListHyperParameterTuningJobsCommandInput>,
    ): Answer<ListHyperParameterTuningJobsCommandOutput> {
      const query = { ...input, SortBy: input.SortBy ?? "Name" };
      const jobs = service.tuningJobs.values();
      const { page, NextToken } = listPage(jobs, query, "Ascending", (job) => ({
        name: job.request.HyperParameterTuningJobName,
        created: job.created,
        modified: job.modified,
        status: job.status,
      }));
      return { HyperParameterTuningJobSummaries: page.map(summary), NextToken };
    },
    ListTrainingJobsForHyperParameterTuningJob(
      input: Valid<ListTrainingJobsForHyperParameterTuningJobCommandInput>,
    ): Answer<ListTrainingJobsForHyperParameterTuningJobCommandOutput> {
      const tuning = find(service, input.HyperParameterTuningJobName);
      const { SortBy = "Name" } = input;
      const trials = tuning.trials.filter(
        (trial) =>
          SortBy !== "FinalObjectiveMetricValue" || tuning.objectiveOf(trial) !== undefined,
      );
      const query = { ...input, SortBy };
      const { page, NextToken } = listPage(trials, query, "Ascending", (trial) => ({
        name: trial.job.request.TrainingJobName,
        created: trial.job.created,
        status: trial.job.status,
        value: tuning.objectiveOf(trial) ?? 0,
      }));
      return {
        TrainingJobSummaries: page.map((trial) => tuning.summaryOf(trial)),
        NextToken,
      };
    },
  };
}

function find(service: Service, name: string): TuningJob {
  const job = service.tuningJobs.get(name.toLowerCase());
  if (job !== undefined) return job;
  throw new ServiceError(
    "ResourceNotFound",
    `Amazon SageMaker can't find a tuning job with the specified name ${name}.`,
  );
}

function inStatus(job: TuningJob): ServiceError {
  return validationException(
    `The request was rejected because the tuning job is in status ${job.status}.`,
  );
}

function describe(job: TuningJob): Answer<DescribeHyperParameterTuningJobCommandOutput> {
  const { Tags: _tags, ...request } = job.request;
  const { best } = job;
  return {
    ...request,
    TrainingJobDefinition: {
      ...request.TrainingJobDefinition,
      // With what SageMaker adds, as its training jobs have it.
      StaticHyperParameters: job.training.HyperParameters,
    },
    ...about(job),
    FailureReason: job.failureReason,
    BestTrainingJob: best && job.summaryOf(best),
  };
}

function summary(job: TuningJob) {
  const { HyperParameterTuningJobName, HyperParameterTuningJobConfig } = job.request;
  return {
    HyperParameterTuningJobName,
    Strategy: HyperParameterTuningJobConfig.Strategy,
    ResourceLimits: HyperParameterTuningJobConfig.ResourceLimits,
    ...about(job),
  };
}

function about(job: TuningJob) {
  const jobs = (...statuses: string[]) =>
    job.trials.filter((trial) => statuses.includes(trial.job.status)).length;
  const objectives = (status: string) =>
    job.trials.filter((trial) => job.objectiveStatusOf(trial) === status).length;
  return {
    HyperParameterTuningJobArn: job.arn,
    HyperParameterTuningJobStatus: job.status,
    CreationTime: job.created,
    LastModifiedTime: job.modified,
    HyperParameterTuningEndTime: job.ended,
    TrainingJobStatusCounters: {
      Completed: jobs("Completed"),
      InProgress: jobs("InProgress", "Stopping"),
      RetryableError: 0,
      NonRetryableError: jobs("Failed"),
      Stopped: jobs("Stopped"),
    },
    ObjectiveStatusCounters: {
      Succeeded: objectives("Succeeded"),
      Pending: objectives("Pending"),
      Failed: objectives("Failed"),
    },
  };
}
