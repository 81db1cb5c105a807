import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { filesBelow, packFolder } from "../archive.ts";
import { stageInput } from "./channels.ts";
import { checkpointsOf, restoreCheckpoints, saveCheckpoints } from "./checkpoints.ts";
import { startContainer } from "../container.ts";
import { failureReason, JobFailure, noCapacity } from "../job-failure.ts";
import { logStreams } from "../log-streams.ts";
import { writeObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import type { Service } from "../service.ts";
import type { TrainingJob } from "./training-job.ts";
import { unsupportedTraining } from "./training-support.ts";

const stopMessages = {
  Stopped: "Training job stopped",
  MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
  MaxWaitTimeExceeded: "Training job exceeded MaxWaitTimeInSeconds provided",
} as const;
/** Until another spot instance is there. */
const SPOT_PAUSE_MS = 50;
/** Node's timers hold at most 2^31 - 1 ms, 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Takes a training job from its queue to its end. Never rejects: a failure is the job's status. */
export async function runTrainingJob(service: Service, job: TrainingJob): Promise<void> {
  const signal = AbortSignal.any([job.stopping.signal, service.closing]);
  const folder = path.join(service.workDir, `training-${randomUUID()}`);
  const { MaxWaitTimeInSeconds } = job.request.StoppingCondition;
  const stopWaiting = stopAfter(job, "MaxWaitTimeExceeded", MaxWaitTimeInSeconds);
  try {
    await service.queue.run(signal, () => train(service, job, folder, signal));
    job.move("Completed", "Training job completed");
  } catch (error) {
    if (signal.aborted) await stop(service, job, folder);
    else fail(job, error);
  } finally {
    stopWaiting();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stops a job when its time is over; returns what takes that back. */
function stopAfter(
  job: TrainingJob,
  reason: keyof typeof stopMessages,
  seconds: number | undefined,
): () => void {
  if (seconds === undefined) return () => undefined;
  const timer = setTimeout(
    () => job.stopping.abort(reason),
    Math.min(seconds * 1000, LONGEST_TIMER_MS),
  );
  return () => clearTimeout(timer);
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
  const { MaxRuntimeInSeconds } = job.request.StoppingCondition;
  const stopRunning = stopAfter(job, "MaxRuntimeExceeded", MaxRuntimeInSeconds);
  try {
    while ((await attempt(service, job, folder, signal)) === "interrupted") {
      job.interruptions += 1;
      job.move("Interrupted", "The spot instance was taken back. Waiting for another one.");
      await rm(folder, { recursive: true, force: true });
      await sleep(SPOT_PAUSE_MS, undefined, { signal });
      job.move("Starting", "Preparing the instances for training");
    }
  } finally {
    stopRunning();
  }
  job.move("Uploading", "Uploading generated training model");
  await uploadModel(service, job, folder);
  signal.throwIfAborted();
}

/** From the download of the data to the end of the container, or of its instance. */
async function attempt(
  service: Service,
  job: TrainingJob,
  folder: string,
  signal: AbortSignal,
): Promise<"done" | "interrupted"> {
  const s3 = s3Of(service, job);
  const checkpoints = checkpointsOf(s3, job.request, folder);
  job.move("Downloading", "Downloading input data");
  await stageInput(service, s3, job.request, folder, signal);
  if (checkpoints !== undefined) await restoreCheckpoints(checkpoints, signal);
  job.move("Training", "Training image download completed. Training in progress.");
  try {
    return await runContainer(service, job, folder, signal);
  } finally {
    if (checkpoints !== undefined && !service.closing.aborted) await saveCheckpoints(checkpoints);
  }
}

async function runContainer(
  service: Service,
  job: TrainingJob,
  folder: string,
  signal: AbortSignal,
): Promise<"done" | "interrupted"> {
  const { request } = job;
  const environment = {
    ...request.Environment,
    TRAINING_JOB_NAME: request.TrainingJobName,
    TRAINING_JOB_ARN: job.arn,
    AWS_REGION: service.region,
  };
  const script = path.join(service.algorithmDir, "train.ts");
  const due = service.interruptions[request.ResourceConfig.InstanceType] ?? 0;
  const taken = request.EnableManagedSpotTraining === true && job.interruptions < due;
  let interrupted = false;
  const stream = logStreams.training(request.TrainingJobName);
  const log = service.roles.log(request.RoleArn, job.arn, stream);
  const onLine = (line: string) => {
    if (!job.metrics.read(line) || !taken || interrupted) return;
    interrupted = true;
    void container.stop();
  };
  const onLog = (line: string) => log?.line(line);
  const container = startContainer(script, [folder], environment, onLine, onLog);
  const stopContainer = () => void container.stop();
  signal.addEventListener("abort", stopContainer, { once: true });
  const exitCode = await container.ended;
  signal.removeEventListener("abort", stopContainer);
  await log?.flush();
  signal.throwIfAborted();
  if (interrupted) return "interrupted";
  if (exitCode !== 0) throw await containerFailure(folder, exitCode, container.log);
  return "done";
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
  const status =
    reason === "MaxRuntimeExceeded" || reason === "MaxWaitTimeExceeded" ? reason : "Stopped";
  const saved = await filesBelow(path.join(folder, "model"));
  if (saved.length > 0 && !service.closing.aborted) {
    await uploadModel(service, job, folder).catch(() => undefined);
  }
  job.move(status, stopMessages[status]);
}

function fail(job: TrainingJob, error: unknown): void {
  job.failureReason = failureReason(error);
  job.move("Failed", "Training job failed");
}
