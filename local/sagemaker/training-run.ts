import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { filesBelow, packFolder } from "./archive.ts";
import { stageInput } from "./channels.ts";
import { startContainer } from "./container.ts";
import { JobFailure, noCapacity } from "./job-failure.ts";
import { parseS3Uri, writeObject } from "./objects.ts";
import type { Service } from "./service.ts";
import type { TrainingJob } from "./training-job.ts";
import { unsupportedTraining } from "./training-support.ts";

const stopMessages = {
  Stopped: "Training job stopped",
  MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
} as const;

/** Takes a training job from its queue to its end. Never rejects: a failure is the job's status. */
export async function runTrainingJob(service: Service, job: TrainingJob): Promise<void> {
  const signal = AbortSignal.any([job.stopping.signal, service.closing]);
  const folder = path.join(service.workDir, `training-${randomUUID()}`);
  try {
    await service.queue.run(signal, () => train(service, job, folder, signal));
    job.move("Completed", "Training job completed");
  } catch (error) {
    if (signal.aborted) await stop(service, job, folder);
    else fail(job, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function train(
  service: Service,
  job: TrainingJob,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const unsupported = unsupportedTraining(job.request);
  if (unsupported !== undefined) throw new JobFailure(`ClientError: ${unsupported}`);
  const { InstanceType } = job.request.ResourceConfig;
  if (service.noCapacity.has(InstanceType)) throw new JobFailure(noCapacity);
  job.started = new Date();
  job.move("Downloading", "Downloading input data");
  await stageInput(service, s3Of(service, job), job.request, folder, signal);
  job.move("Training", "Training image download completed. Training in progress.");
  await runContainer(service, job, folder, signal);
  job.move("Uploading", "Uploading generated training model");
  await uploadModel(service, job, folder);
  signal.throwIfAborted();
}

async function runContainer(
  service: Service,
  job: TrainingJob,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const environment = {
    ...job.request.Environment,
    TRAINING_JOB_NAME: job.request.TrainingJobName,
    TRAINING_JOB_ARN: job.arn,
    AWS_REGION: service.region,
  };
  const script = path.join(service.algorithmDir, "train.ts");
  const container = startContainer(script, [folder], environment, (line) => job.metrics.read(line));
  const limitMs = job.request.StoppingCondition.MaxRuntimeInSeconds * 1000;
  // Node's timers hold at most 2^31 - 1 ms, 24 days.
  const limit = setTimeout(
    () => job.stopping.abort("MaxRuntimeExceeded"),
    Math.min(limitMs, 2 ** 31 - 1),
  );
  const stopContainer = () => void container.stop();
  signal.addEventListener("abort", stopContainer, { once: true });
  const exitCode = await container.ended;
  signal.removeEventListener("abort", stopContainer);
  clearTimeout(limit);
  signal.throwIfAborted();
  if (exitCode !== 0) throw await containerFailure(folder, exitCode, container.log);
}

/** SageMaker's FailureReason: what the container wrote to `output/failure`, or else its last lines. */
async function containerFailure(
  folder: string,
  exitCode: number | null,
  log: readonly string[],
): Promise<JobFailure> {
  const written = await readFile(path.join(folder, "output/failure"), "utf8").catch(() => "");
  const reason = written.trim() || log.slice(-10).join("\n");
  const named = /^(Client|Algorithm)Error: /.test(reason) ? reason : `AlgorithmError: ${reason}`;
  return new JobFailure(`${named}, exit code: ${exitCode ?? "none, killed"}`);
}

async function uploadModel(service: Service, job: TrainingJob, folder: string): Promise<void> {
  const archive = await packFolder(path.join(folder, "model"));
  await writeObject(s3Of(service, job), parseS3Uri(job.modelArtifacts), archive).catch(
    (error: unknown) => {
      throw new JobFailure(
        `ClientError: Artifact upload failed: ${job.modelArtifacts}: ${String(error)}`,
      );
    },
  );
}

function s3Of({ roles }: Service, job: TrainingJob): S3Client {
  return roles.s3(job.request.RoleArn, job.arn);
}

/** A stopped job keeps what its container had saved until then. */
async function stop(service: Service, job: TrainingJob, folder: string): Promise<void> {
  const reason: unknown = job.stopping.signal.reason;
  const status = reason === "MaxRuntimeExceeded" ? "MaxRuntimeExceeded" : "Stopped";
  const saved = await filesBelow(path.join(folder, "model"));
  if (saved.length > 0 && !service.closing.aborted) {
    await uploadModel(service, job, folder).catch(() => undefined);
  }
  job.move(status, stopMessages[status]);
}

function fail(job: TrainingJob, error: unknown): void {
  const reason =
    error instanceof JobFailure ? error.message : `InternalServerError: ${String(error)}`;
  job.failureReason = reason.slice(0, 1024);
  job.move("Failed", "Training job failed");
}
