import type { S3Client } from "@aws-sdk/client-s3";
import pMap from "p-map";
import { findInput } from "../training/channels.ts";
import { failureReason, JobFailure, noCapacity } from "../job-failure.ts";
import { logStreams } from "../log-streams.ts";
import type { ModelServer } from "../endpoint/model-server.ts";
import { readObject, relativeKey, type StoredObject, writeObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import { unpackModel } from "../endpoint/served-model.ts";
import type { Service } from "../service.ts";
import type { TransformJob } from "./transform-jobs.ts";

const megabyte = 1_048_576;

/** Takes a transform job from its queue to its end. Never rejects: a failure is the job's status. */
export async function runTransformJob(service: Service, job: TransformJob): Promise<void> {
  const signal = AbortSignal.any([job.stopping.signal, service.closing]);
  try {
    await service.queue.run(signal, () => transform(service, job, signal));
    job.status = "Completed";
  } catch (error) {
    job.status = signal.aborted ? "Stopped" : "Failed";
    if (!signal.aborted) job.failureReason = failureReason(error);
  }
  job.ended = new Date();
  job.modified = job.ended;
}

async function transform(service: Service, job: TransformJob, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { InstanceType } = job.request.TransformResources;
  if (service.noCapacity.has(InstanceType ?? "")) throw new JobFailure(noCapacity);
  job.started = new Date();
  const { TransformInput, MaxConcurrentTransforms = 0, Environment = {} } = job.request;
  const source = TransformInput.DataSource.S3DataSource;
  if (source.S3DataType !== "S3Prefix" || (TransformInput.CompressionType ?? "None") !== "None") {
    throw new JobFailure(
      "ClientError: the local SageMaker transforms uncompressed objects under an S3Prefix",
    );
  }
  const role = job.model.request.ExecutionRoleArn ?? "of the model";
  const objects = await findInput(service, s3Of(service, job), source, role, signal);
  const environment = { ...job.model.environment, ...Environment, SAGEMAKER_BATCH: "true" };
  const model = await unpackModel(service, { ...job.model, environment }, signal);
  const refused: number[] = [];
  let server: ModelServer | undefined;
  try {
    const stream = logStreams.transform(job.request.TransformJobName);
    const started = await model.start(stream, signal);
    server = started;
    const one = async (object: StoredObject) => {
      const status = await transformObject(service, job, started, object, signal);
      if (status !== 200) refused.push(status);
    };
    await pMap(objects, one, { concurrency: Math.max(1, MaxConcurrentTransforms), signal });
  } finally {
    await server?.close();
    await model.delete();
  }
  signal.throwIfAborted();
  // The rest was transformed all the same, as on AWS; the objects refused have no output.
  if (refused.length > 0) {
    const kind = refused.some((status) => status >= 500) ? "AlgorithmError" : "ClientError";
    throw new JobFailure(`${kind}: See job logs for more information`);
  }
}

/** Sends one object to the container and stores its answer; answers the container's status. */
async function transformObject(
  service: Service,
  job: TransformJob,
  server: ModelServer,
  object: StoredObject,
  signal: AbortSignal,
): Promise<number> {
  const { TransformInput, TransformOutput, MaxPayloadInMB = 6 } = job.request;
  if (MaxPayloadInMB > 0 && object.size > MaxPayloadInMB * megabyte) return 413;
  const body = await readObject(s3Of(service, job), object, signal);
  const answer = await server.invoke(
    {
      "content-type": TransformInput.ContentType ?? "application/octet-stream",
      accept: TransformOutput.Accept ?? "application/jsonlines",
      "content-length": body.length,
    },
    body,
    signal,
  );
  if (answer.status !== 200) return answer.status;
  const { key: prefix } = parseS3Uri(TransformInput.DataSource.S3DataSource.S3Uri);
  const target = parseS3Uri(`${TransformOutput.S3OutputPath.replace(/\/+$/, "")}/`);
  const key = `${target.key}${relativeKey(prefix, object.key)}.out`;
  await writeObject(s3Of(service, job), { bucket: target.bucket, key }, answer.body);
  return answer.status;
}

function s3Of({ roles }: Service, job: TransformJob): S3Client {
  return roles.s3(job.model.request.ExecutionRoleArn, job.arn);
}
