import { join } from "node:path";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import type { Clients } from "../pipeline/context.ts";
import { type Bootstrap, deployBootstrap } from "./bootstrap.ts";
import { ministackIam } from "./iam.ts";
import { ROOT_CREDENTIALS, startMinistack } from "./ministack.ts";
import { type OidcIssuer, startOidcIssuer } from "./oidc-issuer.ts";
import { startSageMaker } from "./sagemaker/server.ts";
import { apiModelsOf, ensureVenv } from "./venv.ts";

/** Longer than AWS would let the role's sessions last: what `--keep` left up overnight can still be torn down. */
const SESSION_SECONDS = 12 * 3600;

export interface LocalAws extends AsyncDisposable, Bootstrap {
  /** The variables that lead any AWS tool here, with a session of the pipeline role. */
  readonly environment: Readonly<Record<string, string>>;
  /** Works under the pipeline role, as the steps do. */
  readonly clients: Clients;
  /** Gives tokens as GitHub gives them to the workflows of the repository that the role trusts. */
  readonly issuer: OidcIssuer;
}

export interface LocalAwsOptions {
  readonly region: string;
  /** Where the start says what takes long. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** The configuration's project, whose names the roles reach; by default `scones`. */
  readonly project?: string;
  /** The GitHub repository that the pipeline role trusts. */
  readonly repository?: string;
  /** The text of another bootstrap template. */
  readonly template?: string;
  /** A file that gets every decision about a role as a line of JSON; see authorization.py. */
  readonly decisions?: string;
  /** Holds the containers' `train.ts` and `serve.ts`; by default image-classification. */
  readonly algorithmDir?: string;
  /** How often each spot training job on an instance type is interrupted; by default never. */
  readonly interruptions?: Readonly<Record<string, number>>;
}

/**
 * Starts the local AWS on free loopback ports: ministack for everything but SageMaker and Application
 * Auto Scaling, which are the project's own. The bootstrap template is deployed in it, and what follows
 * works under the roles that it makes: the caller has exchanged a token for the pipeline role's session,
 * as a GitHub job does. Sets its variables in `process.env`, since the steps take their endpoints from
 * there. Disposing ends every process, frees every port and file, and puts `process.env` back.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { region, log, signal, algorithmDir, interruptions, template, decisions } = options;
  const { project = "scones", repository = "scones-unlimited/scones" } = options;
  await using stack = new AsyncDisposableStack();
  const venv = await ensureVenv(log, { signal });
  const issuer = stack.use(
    await startOidcIssuer({ sub: `repo:${repository}:ref:refs/heads/main` }),
  );
  const ministack = await startMinistack({
    venv,
    region,
    signal,
    ...(decisions !== undefined && { decisions }),
  });
  stack.defer(() => ministack.stop());
  signal.throwIfAborted();
  const sageMaker = await startSageMaker({
    region,
    apiModels: await apiModelsOf(venv),
    s3Endpoint: ministack.endpoint,
    cloudWatchEndpoint: ministack.endpoint,
    authority: ministackIam(ministack.endpoint),
    ...(algorithmDir !== undefined && { algorithmDir }),
    ...(interruptions !== undefined && { interruptions }),
    python: join(venv, "bin", "python"),
  });
  stack.defer(() => sageMaker.close());
  const { endpoint } = ministack;
  const made = await deployBootstrap({ endpoint, region, signal, project, repository, template });
  const environment = {
    ...ministack.environment,
    ...(await pipelineSession({ endpoint, region, signal }, issuer, made.pipelineRoleArn)),
    AWS_ENDPOINT_URL_SAGEMAKER: sageMaker.endpoint,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: sageMaker.endpoint,
    AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: sageMaker.endpoint,
  };
  stack.defer(replaceEnvironment(environment));
  const clients = makeClients();
  stack.defer(() => destroyClients(clients));
  const started = stack.move();
  return {
    ...made,
    environment,
    clients,
    issuer,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The credentials that a GitHub job gets for its OIDC token. */
async function pipelineSession(
  { endpoint, region, signal }: Pick<LocalAwsOptions, "region" | "signal"> & { endpoint: string },
  issuer: OidcIssuer,
  RoleArn: string,
): Promise<Record<string, string>> {
  const sts = new STSClient({ endpoint, region, credentials: ROOT_CREDENTIALS });
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn,
        RoleSessionName: "local",
        WebIdentityToken: await issuer.token("sts.amazonaws.com"),
        DurationSeconds: SESSION_SECONDS,
      }),
      { abortSignal: signal },
    );
    return {
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
      AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
    };
  } finally {
    sts.destroy();
  }
}

/** Sets variables and takes away the user's own that would win over them; returns the way back. */
function replaceEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  const winning = /^AWS_(PROFILE|SESSION_TOKEN|DEFAULT_REGION|ENDPOINT_URL_.+)$/;
  for (const name of Object.keys(before)) if (winning.test(name)) delete process.env[name];
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}
