import pMap from "p-map";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import type { Evaluation } from "../evaluation.ts";
import { execute, type Execution } from "../execution.ts";
import type { Dataset } from "../manifest.ts";
import { poll } from "../poll.ts";
import { restoreEndpoint } from "../restore-endpoint.ts";
import type { DeployedEndpoint } from "./deploy-endpoint.ts";
import {
  choosePictures,
  makeUnsurePicture,
  type VerificationPicture,
} from "../verification-pictures.ts";

const IN_FLIGHT = 2;
/** How long a role that was just made may be unknown to the services that check it. */
const ROLE_TIMEOUT_MS = 300_000;

export interface VerifyDeploymentInput {
  readonly dataset: Dataset;
  readonly evaluation: Pick<Evaluation, "predictions" | "classes">;
  readonly stateMachineArn: string;
  readonly endpointName: string;
  /** What is taken back where the verification fails; nothing where it is not given. */
  readonly deployment?: DeployedEndpoint | undefined;
  readonly pollIntervalMs?: number;
  /** Pictures to send; at most half of them unsure ones. */
  readonly count?: number;
}

/** `ms` from the caller's view, without the first execution, which waits for cold Lambdas. */
export interface Verification {
  readonly confident: number;
  readonly unsure: number;
  readonly latencies: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly executions: readonly {
    readonly key: string;
    readonly status: string;
    readonly error: string;
    readonly ms: number;
  }[];
}

/**
 * Sends test pictures through the state machine: those that the model is sure of must come back with
 * the route of their predicted class, the others must end in THRESHOLD_CONFIDENCE_NOT_MET, and both
 * must be seen. A model that is sure of every test picture is given a blend of two. Where it fails, the
 * deployment is taken back before the step does; a cancelled one is left as it is.
 * @throws StepError naming each execution that came to anything else, and what serves now.
 */
export async function verifyDeployment(
  context: Context,
  config: Config,
  input: VerifyDeploymentInput,
): Promise<Verification> {
  try {
    return await verify(context, config, input);
  } catch (error) {
    const { deployment } = input;
    if (deployment === undefined || context.signal.aborted) throw error;
    context.progress.line("the verification failed: taking the deployment back");
    const now = await restoreEndpoint(context, config, deployment, input).catch(
      (reason: unknown) => `It could not be taken back: ${messageOf(reason)}`,
    );
    throw new StepError(`${messageOf(error)}\n${now}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function verify(
  context: Context,
  config: Config,
  { dataset, evaluation, stateMachineArn, endpointName, count = 20 }: VerifyDeploymentInput,
): Promise<Verification> {
  const threshold = config.application.confidence;
  const pictures = choosePictures(evaluation, dataset, { threshold, count });
  const [first] = pictures;
  if (first === undefined || !first.confident) {
    throw new StepError(
      `The model is less than ${threshold} sure of every test picture: nothing would ever be routed. Lower application.confidence or train a better model.`,
    );
  }
  if (pictures.every(({ confident }) => confident)) {
    pictures.push(
      await makeUnsurePicture(context, dataset, evaluation, { threshold, endpointName }),
    );
  }
  const run = ({ key }: VerificationPicture) =>
    execute(context, stateMachineArn, { bucket: dataset.bucket, key });
  await untilPermitted(context, () => run(first));
  let done = 0;
  const executions = await pMap(
    pictures,
    async (picture) => {
      const execution = await run(picture);
      context.progress.count(++done, pictures.length, "pictures through the state machine");
      return execution;
    },
    { concurrency: IN_FLIGHT, signal: context.signal },
  );
  const complaints = executions.flatMap((execution, at) => {
    const complaint = complain(config, evaluation.classes, pictures[at], execution);
    return complaint === undefined ? [] : [`${execution.key}: ${complaint} (${execution.arn})`];
  });
  if (complaints.length > 0) {
    throw new StepError(
      `${complaints.length} of ${executions.length} executions of ${stateMachineArn} did not end as they must:\n${complaints.slice(0, 5).join("\n")}\nLook at the Lambdas' log groups under /aws/lambda/.`,
    );
  }
  const confident = pictures.filter((picture) => picture.confident).length;
  const latencies = percentiles(executions.map(({ ms }) => ms));
  context.progress.line(
    `${confident} routed, ${pictures.length - confident} ended in THRESHOLD_CONFIDENCE_NOT_MET; p50 ${latencies.p50} ms, p95 ${latencies.p95} ms`,
  );
  return {
    confident,
    unsure: pictures.length - confident,
    latencies,
    executions: executions.map(({ key, status, error, ms }) => ({
      key,
      status,
      error,
      ms: Math.round(ms),
    })),
  };
}

/** IAM is eventually consistent: a refusal for lack of permission is believed after a while only. */
async function untilPermitted(context: Context, run: () => Promise<Execution>): Promise<void> {
  let last = "";
  await poll(
    async () => {
      const { status, error, cause } = await run();
      if (status !== "FAILED" || !/AccessDenied|not authorized/i.test(error + cause)) return true;
      last = cause;
      return undefined;
    },
    {
      what: "The new roles' permission",
      timeoutMs: ROLE_TIMEOUT_MS,
      intervalMs: 5000,
      signal: context.signal,
      get resume() {
        return `The last refusal: ${last}`;
      },
    },
  );
}

/** What is wrong with how a picture's execution ended, or undefined. */
function complain(
  { application }: Config,
  classes: readonly string[],
  picture: VerificationPicture | undefined,
  { status, error, cause, output }: Execution,
): string | undefined {
  const ended = `${status} ${error} ${cause}`.trim();
  if (picture?.confident === false) {
    return status === "FAILED" && error === "THRESHOLD_CONFIDENCE_NOT_MET"
      ? undefined
      : `expected FAILED THRESHOLD_CONFIDENCE_NOT_MET, got ${ended}`;
  }
  const vehicle = classes[picture?.predicted ?? -1] ?? "";
  if (status !== "SUCCEEDED") return `expected SUCCEEDED as ${vehicle}, got ${ended}`;
  const { bay, orders } = application.routes[vehicle] ?? {};
  return output["vehicle"] === vehicle && output["bay"] === bay && output["orders"] === orders
    ? undefined
    : `expected ${vehicle} to bay ${bay}, got ${JSON.stringify(output)}`;
}

function percentiles(ms: readonly number[]): Verification["latencies"] {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
