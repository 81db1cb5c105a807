import pMap from "p-map";
import { verificationId } from "../monitoring/capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf, StepError } from "../errors.ts";
import { execute, type Execution } from "../application/execution.ts";
import { type Dataset, isStranger } from "../dataset/manifest.ts";
import { percentile } from "../application/percentile.ts";
import { poll } from "../poll.ts";
import { expiryOf } from "../teardown/expiry.ts";
import { restoreEndpoint } from "../endpoint/restore-endpoint.ts";
import { requireServed, type ServedConfig } from "../endpoint/served-config.ts";
import {
  choosePictures,
  chooseStrangers,
  type Known,
  makeUnsurePicture,
  type VerificationPicture,
  withoutCaptured,
} from "../application/verification-pictures.ts";
import { setVerified } from "../endpoint/verified.ts";
import { STRANGER, UNSURE } from "../application/unrouted.ts";

const IN_FLIGHT = 2;
/** How long a role that was just made may be unknown to the services that check it. */
const ROLE_TIMEOUT_MS = 300_000;

/** What the deployed model was measured on, and how it did. */
export interface Measured {
  readonly dataset: Dataset;
  readonly evaluation: Known;
}

export interface VerifyDeploymentInput {
  /** Where it fails, the model can't be verified, and is taken back like one that is not as measured. */
  readonly readMeasured: () => Promise<Measured>;
  /** Undefined where the stack did not come up: a deployment without it can't be verified either. */
  readonly stateMachineArn: string | undefined;
  readonly endpointName: string;
  /**
   * What must serve, and is taken back where it does not verify; where it is not given, whatever serves
   * is verified and left as it is.
   */
  readonly endpointConfigName?: string | undefined;
  readonly pollIntervalMs?: number;
  /** Pictures of vehicles to send; at most half of them unsure ones. */
  readonly count?: number;
}

/** `ms` from the caller's view, without the first execution, which waits for cold Lambdas. */
export interface Verification {
  readonly stateMachineArn: string;
  readonly confident: number;
  readonly unsure: number;
  /** Pictures of anything else. */
  readonly strangers: number;
  readonly latencies: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly executions: readonly {
    readonly key: string;
    readonly status: string;
    readonly error: string;
    readonly ms: number;
  }[];
}

/**
 * Sends test pictures, none of the captured ones, through the state machine: those that the model is sure of
 * must come back with the route of their predicted class, the others must end in
 * THRESHOLD_CONFIDENCE_NOT_MET, and both must be seen; pictures of anything else, where the model knows such,
 * in NOT_A_KNOWN_VEHICLE. A model that is sure of every test picture is given a blend of two. Where it fails,
 * the deployment is taken back before the step does; a cancelled one is left as it is. One that passes is
 * what later ones are taken back to.
 * @throws StepError naming each execution that came to anything else, what serves now, and the endpoint
 * before, during and after it was taken back; where another configuration serves, with nothing done.
 */
export async function verifyDeployment(
  context: Context,
  config: Config,
  input: VerifyDeploymentInput,
): Promise<Verification> {
  const { endpointName, endpointConfigName } = input;
  if (endpointConfigName === undefined) return verify(context, config, input);
  const deployed = { endpointName, endpointConfigName };
  await requireServed(context, config, deployed, input);
  const verification = await verify(context, config, input).catch((error: unknown) =>
    takeBack(context, config, { ...input, ...deployed, error }),
  );
  // Meanwhile another run may have deployed: then nobody can tell which of the two was verified.
  const { EndpointArn } = await requireServed(context, config, deployed, input);
  const expiresAt = await expiryOf(context, EndpointArn);
  await setVerified(context, EndpointArn, { endpointConfigName, expiresAt });
  return verification;
}

async function takeBack(
  context: Context,
  config: Config,
  failed: ServedConfig & { readonly error: unknown; readonly pollIntervalMs?: number },
): Promise<never> {
  const { error } = failed;
  if (context.signal.aborted) throw error;
  context.progress.line("the verification failed: taking the deployment back");
  const now = await restoreEndpoint(context, config, failed, failed).catch(
    (reason: unknown) => `It could not be taken back: ${messageOf(reason)}`,
  );
  throw new StepError(`${messageOf(error)}\n${now}`, { cause: error });
}

async function verify(
  context: Context,
  config: Config,
  { readMeasured, stateMachineArn, endpointName, count = 20 }: VerifyDeploymentInput,
): Promise<Verification> {
  if (stateMachineArn === undefined) {
    throw new StepError(
      "The application's stack was not deployed: no state machine leads pictures to the endpoint. " +
        "Mend what deploy-stack complains of and deploy again.",
    );
  }
  const { dataset, evaluation: whole } = await readMeasured();
  const evaluation = withoutCaptured(whole, dataset.manifest);
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
  const strangers = chooseStrangers(evaluation, dataset);
  const confident = pictures.filter((picture) => picture.confident).length;
  const unsure = pictures.length - confident;
  pictures.push(...strangers);
  const run = ({ key }: VerificationPicture) =>
    execute(context, stateMachineArn, {
      bucket: dataset.bucket,
      key,
      inferenceId: verificationId(),
    });
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
    const complaint = complain(config, evaluation, pictures[at], execution);
    return complaint === undefined ? [] : [`${execution.key}: ${complaint} (${execution.arn})`];
  });
  if (complaints.length > 0) {
    throw new StepError(
      `${complaints.length} of ${executions.length} executions of ${stateMachineArn} did not end as they must:\n${complaints.slice(0, 5).join("\n")}\nLook at the Lambdas' log groups under /aws/lambda/.`,
    );
  }
  const latencies = percentiles(executions.map(({ ms }) => ms));
  context.progress.line(
    `${confident} routed, ${unsure} ended in THRESHOLD_CONFIDENCE_NOT_MET, ${strangers.length} in NOT_A_KNOWN_VEHICLE; p50 ${latencies.p50} ms, p95 ${latencies.p95} ms`,
  );
  return {
    stateMachineArn,
    confident,
    unsure,
    strangers: strangers.length,
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
      resume: () => `The last refusal: ${last}`,
    },
  );
}

/** What is wrong with how a picture's execution ended, or undefined. */
function complain(
  { application }: Config,
  evaluation: Known,
  picture: VerificationPicture | undefined,
  { status, error, cause, output }: Execution,
): string | undefined {
  const ended = `${status} ${error} ${cause}`.trim();
  const predicted = picture?.predicted ?? -1;
  const refusal = isStranger(evaluation, predicted)
    ? STRANGER
    : picture?.confident === false
      ? UNSURE
      : undefined;
  if (refusal !== undefined) {
    return status === "FAILED" && error === refusal
      ? undefined
      : `expected FAILED ${refusal}, got ${ended}`;
  }
  const vehicle = evaluation.classes[predicted] ?? "";
  if (status !== "SUCCEEDED") return `expected SUCCEEDED as ${vehicle}, got ${ended}`;
  const { bay, orders } = application.routes[vehicle] ?? {};
  return output["vehicle"] === vehicle && output["bay"] === bay && output["orders"] === orders
    ? undefined
    : `expected ${vehicle} to bay ${bay}, got ${JSON.stringify(output)}`;
}

function percentiles(ms: readonly number[]): Verification["latencies"] {
  const ascending = ms.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(ascending, share));
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
