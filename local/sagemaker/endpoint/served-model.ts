import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { foreignImage, isImageClassification } from "../training/algorithm-image.ts";
import { unpackArchive } from "../archive.ts";
import { JobFailure } from "../job-failure.ts";
import type { LogStream } from "../log-streams.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import type { Model } from "../registry/models.ts";
import { openObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import type { Service } from "../service.ts";
import { messageOf } from "../../../pipeline/errors.ts";

/** A model's files, as the instances of a variant have them. */
export interface UnpackedModel {
  /** Starts a serving container over the files that logs to a stream; see `startModelServer`. */
  start(stream: LogStream, signal: AbortSignal): Promise<ModelServer>;
  /** Deletes the files. */
  delete(): Promise<void>;
}

/**
 * Downloads and unpacks a model.
 * @throws JobFailure where the image is foreign, or the model is missing or broken.
 */
export async function unpackModel(
  service: Service,
  model: Model,
  signal: AbortSignal,
): Promise<UnpackedModel> {
  if (!isImageClassification(model.image))
    throw new JobFailure(`ClientError: ${foreignImage(model.image)}`);
  const folder = path.join(service.workDir, `model-${randomUUID()}`);
  const environment = { ...model.environment, AWS_REGION: service.region };
  const unpacked: UnpackedModel = {
    start: (stream, abort) => {
      const log = service.roles.log(model.request.ExecutionRoleArn, model.arn, stream);
      return startModelServer(service.algorithmDir, { modelDir: folder, environment, log }, abort);
    },
    delete: () => rm(folder, { recursive: true, force: true }),
  };
  try {
    await download(service, model, folder, signal);
    return unpacked;
  } catch (error) {
    await unpacked.delete();
    throw error;
  }
}

async function download(
  service: Service,
  model: Model,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    const s3 = service.roles.s3(model.request.ExecutionRoleArn, model.arn);
    const archive = await openObject(s3, parseS3Uri(model.modelDataUrl), signal);
    await unpackArchive(archive, folder);
  } catch (error) {
    signal.throwIfAborted();
    const why = messageOf(error);
    throw new JobFailure(
      `ClientError: Failed to extract model data archive from URL "${model.modelDataUrl}". Please ` +
        `ensure that the object located at the URL is a valid tar.gz archive. (${why})`,
    );
  }
}
