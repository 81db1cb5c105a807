import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import type { Clients } from "../pipeline/context.ts";
import { startMinistack } from "./ministack.ts";
import { startSageMaker } from "./sagemaker/server.ts";
import { apiModelsOf, ensureVenv } from "./venv.ts";

export interface LocalAws extends AsyncDisposable {
  /** The variables that lead any AWS tool here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clients: Clients;
  readonly bucket: string;
  readonly executionRoleArn: string;
}

export interface LocalAwsOptions {
  readonly region: string;
  /** Where the start says what takes long. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Holds the containers' `train.ts` and `serve.ts`; by default image-classification. */
  readonly algorithmDir?: string;
}

/**
 * Starts the local AWS on free loopback ports: ministack for everything but SageMaker and Application
 * Auto Scaling, which are the project's own. Sets its variables in `process.env`, since the steps take
 * their endpoints from there. Disposing ends every process, frees every port and file, and puts
 * `process.env` back.
 */
export async function startLocalAws({
  region,
  log,
  signal,
  algorithmDir,
}: LocalAwsOptions): Promise<LocalAws> {
  await using stack = new AsyncDisposableStack();
  const venv = await ensureVenv(log, { signal });
  const ministack = await startMinistack({ venv, region, signal });
  stack.defer(() => ministack.stop());
  signal.throwIfAborted();
  const sageMaker = await startSageMaker({
    region,
    apiModels: await apiModelsOf(venv),
    s3Endpoint: ministack.endpoint,
    ...(algorithmDir !== undefined && { algorithmDir }),
  });
  stack.defer(() => sageMaker.close());
  const environment = {
    ...ministack.environment,
    AWS_ENDPOINT_URL_SAGEMAKER: sageMaker.endpoint,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: sageMaker.endpoint,
    AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: sageMaker.endpoint,
  };
  stack.defer(replaceEnvironment(environment));
  const clients = makeClients();
  stack.defer(() => destroyClients(clients));
  const bucket = "scones-local-artifacts";
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }), { abortSignal: signal });
  const started = stack.move();
  return {
    environment,
    clients,
    bucket,
    executionRoleArn: "arn:aws:iam::000000000000:role/scones-local-execution",
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Sets variables and takes away the user's own that would win over them; returns the way back. */
function replaceEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  for (const name of [
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL_S3",
  ]) {
    delete process.env[name];
  }
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}
