import type {
  CreateTransformJobCommandInput,
  CreateTransformJobCommandOutput,
  DescribeTransformJobCommandInput,
  DescribeTransformJobCommandOutput,
  ListTransformJobsCommandInput,
  ListTransformJobsCommandOutput,
  StopTransformJobCommandInput,
  TransformJobStatus,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { checkLimit } from "../limits.ts";
import { listPage } from "../listing.ts";
import { findModel, type Model } from "../registry/models.ts";
import { arnOf, runBehind, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import { runTransformJob } from "./transform-run.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

export interface TransformJob {
  readonly request: Valid<CreateTransformJobCommandInput>;
  readonly arn: string;
  readonly model: Model;
  readonly created: Date;
  readonly stopping: AbortController;
  status: TransformJobStatus;
  modified: Date;
  started?: Date;
  ended?: Date;
  failureReason?: string;
}

/** CreateTransformJob, DescribeTransformJob, StopTransformJob, ListTransformJobs. */
export function transformJobOperations(service: Service) {
  return {
    CreateTransformJob(
      input: Valid<CreateTransformJobCommandInput>,
    ): Answer<CreateTransformJobCommandOutput> {
      const name = input.TransformJobName;
      check(service, input);
      const created = new Date();
      const job: TransformJob = {
        request: input,
        arn: arnOf(service, `transform-job/${name}`),
        model: findModel(service, input.ModelName),
        created,
        modified: created,
        stopping: new AbortController(),
        status: "InProgress",
      };
      tagNew(service, job.arn, input.Tags);
      service.transformJobs.set(name, job);
      runBehind(service, runTransformJob(service, job));
      return { TransformJobArn: job.arn };
    },
    DescribeTransformJob(
      input: Valid<DescribeTransformJobCommandInput>,
    ): Answer<DescribeTransformJobCommandOutput> {
      return describe(find(service, input.TransformJobName));
    },
    StopTransformJob({ TransformJobName }: Valid<StopTransformJobCommandInput>) {
      const job = find(service, TransformJobName);
      if (job.status === "Stopping") return {};
      if (job.status !== "InProgress") {
        throw validationException(
          `The request was rejected because the transform job is in status ${job.status}.`,
        );
      }
      job.status = "Stopping";
      job.modified = new Date();
      job.stopping.abort();
      return {};
    },
    ListTransformJobs(
      input: Valid<ListTransformJobsCommandInput>,
    ): Answer<ListTransformJobsCommandOutput> {
      const jobs = service.transformJobs.values();
      const { page, NextToken } = listPage(jobs, input, "Descending", (job) => ({
        name: job.request.TransformJobName,
        created: job.created,
        modified: job.modified,
        status: job.status,
      }));
      return { TransformJobSummaries: page.map(summary), NextToken };
    },
  };
}

function find(service: Service, name: string): TransformJob {
  const job = service.transformJobs.get(name);
  if (job === undefined) {
    const arn = arnOf(service, `transform-job/${name}`);
    throw validationException(`Could not find requested job with name: ${arn}`);
  }
  return job;
}

function check(service: Service, input: Valid<CreateTransformJobCommandInput>): void {
  const existing = service.transformJobs.get(input.TransformJobName);
  if (existing !== undefined) {
    throw new ServiceError(
      "ResourceInUse",
      "Job name must be unique within an AWS account and region, and a job with this name " +
        `already exists (${existing.arn})`,
    );
  }
  const { MaxConcurrentTransforms = 1, MaxPayloadInMB = 6 } = input;
  if (MaxConcurrentTransforms * MaxPayloadInMB > 100) {
    throw validationException(
      "The value of MaxConcurrentTransforms multiplied by MaxPayloadInMB must not exceed 100 MB: " +
        `${MaxConcurrentTransforms} x ${MaxPayloadInMB} MB does.`,
    );
  }
  const split = input.TransformInput.SplitType ?? "None";
  if (split !== "None" || input.BatchStrategy === "MultiRecord") {
    throw validationException(
      "The local SageMaker sends one object a request: SplitType None, BatchStrategy SingleRecord.",
    );
  }
  const running = [...service.transformJobs.values()].filter(({ ended }) => ended === undefined);
  checkLimit(
    service.limits,
    "transform job",
    demand(input),
    running.map(({ request }) => demand(request)),
  );
}

function demand({ TransformResources }: Valid<CreateTransformJobCommandInput>) {
  return {
    instanceType: TransformResources.InstanceType,
    instanceCount: TransformResources.InstanceCount,
  };
}

function describe(job: TransformJob): Answer<DescribeTransformJobCommandOutput> {
  const { Tags: _tags, TransformInput, TransformOutput, ...request } = job.request;
  return {
    ...request,
    TransformInput: { CompressionType: "None", SplitType: "None", ...TransformInput },
    TransformOutput: { AssembleWith: "None", KmsKeyId: "", ...TransformOutput },
    TransformJobArn: job.arn,
    TransformJobStatus: job.status,
    FailureReason: job.failureReason,
    CreationTime: job.created,
    TransformStartTime: job.started,
    TransformEndTime: job.ended,
  };
}

function summary(job: TransformJob) {
  return {
    TransformJobName: job.request.TransformJobName,
    TransformJobArn: job.arn,
    CreationTime: job.created,
    TransformEndTime: job.ended,
    LastModifiedTime: job.modified,
    TransformJobStatus: job.status,
    FailureReason: job.failureReason,
  };
}
