import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { foreignImage, isImageClassification } from "./algorithm-image.ts";
import { unpackArchive } from "./archive.ts";
import { JobFailure } from "./job-failure.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import type { Model } from "./models.ts";
import { openObject, parseS3Uri } from "./objects.ts";
import type { Service } from "./service.ts";

/**
 * Downloads and unpacks a model and starts its serving container. Closing it deletes its files.
 * @throws JobFailure where the image is foreign, the model is missing or broken, or it can't start.
 */
export async function serveModel(
  service: Service,
  model: Model,
  signal: AbortSignal,
): Promise<ModelServer> {
  if (!isImageClassification(model.image))
    throw new JobFailure(`ClientError: ${foreignImage(model.image)}`);
  const folder = path.join(service.workDir, `model-${randomUUID()}`);
  const clean = () => rm(folder, { recursive: true, force: true });
  try {
    await unpackModel(service, model, folder, signal);
    const server = await startModelServer(
      service.algorithmDir,
      folder,
      { ...model.environment, AWS_REGION: service.region },
      signal,
    );
    return {
      invoke: (headers, body, abort) => server.invoke(headers, body, abort),
      async close() {
        await server.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

async function unpackModel(
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
    const why = error instanceof Error ? error.message : String(error);
    throw new JobFailure(
      `ClientError: Failed to extract model data archive from URL "${model.modelDataUrl}". Please ` +
        `ensure that the object located at the URL is a valid tar.gz archive. (${why})`,
    );
  }
}
