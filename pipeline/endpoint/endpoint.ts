import {
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent, StepError } from "../errors.ts";
import { type Pace, poll } from "../poll.ts";

export type Endpoint = DescribeEndpointCommandOutput;

/** An endpoint by its name; undefined where there is none. */
export async function describeEndpoint(
  { clients, signal }: Context,
  name: string,
): Promise<Endpoint | undefined> {
  const request = new DescribeEndpointCommand({ EndpointName: name });
  return ifPresent(clients.sagemaker.send(request, { abortSignal: signal }));
}

/** What an endpoint answers to a PNG, as it came; the id stands beside it in the data capture. */
export async function invokeEndpoint(
  { clients, signal }: Context,
  name: string,
  png: Uint8Array,
  inferenceId?: string,
): Promise<string> {
  const { Body } = await clients.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: name,
      ContentType: "image/png",
      Accept: "application/json",
      Body: png,
      InferenceId: inferenceId,
    }),
    { abortSignal: signal },
  );
  return Buffer.from(Body ?? []).toString();
}

/** How long an update that ran into `maxWaitMinutes`, AWS's limit for it too, may take to roll back: a guess. */
export const ROLLBACK_MINUTES = 10;

/** Whether nothing changes an endpoint of such a status, or of none, any more; RollingBack and what nobody knows may. */
export function isSettled(status: string | undefined): boolean {
  return (
    status === undefined ||
    ["InService", "Failed", "OutOfService", "UpdateRollbackFailed"].includes(status)
  );
}

/** The endpoint once nothing changes it any more; undefined where there is none. */
export async function settledEndpoint(
  context: Context,
  config: Pick<Config, "endpoint">,
  endpointName: string,
  { pollIntervalMs = 10_000 }: Pace = {},
): Promise<Endpoint | undefined> {
  let shown: string | undefined;
  const { endpoint } = await poll(
    async () => {
      const found = await describeEndpoint(context, endpointName);
      const status = found?.EndpointStatus;
      if (isSettled(status)) return { endpoint: found };
      if (status !== shown) context.progress.line(`endpoint ${endpointName} is ${status}`);
      shown = status;
      return undefined;
    },
    {
      what: `Endpoint ${endpointName}`,
      timeoutMs: (config.endpoint.maxWaitMinutes + ROLLBACK_MINUTES) * 60_000,
      intervalMs: pollIntervalMs,
      signal: context.signal,
      resume: "It goes on: run the step again.",
    },
  );
  return endpoint;
}

/** Says of an endpoint that should serve what it is instead, and what was done about it. */
export function notServing(
  name: string,
  endpoint: Endpoint | undefined,
  done = "Nothing was deleted.",
): StepError {
  return new StepError(
    `Endpoint ${name} is ${endpoint?.EndpointStatus ?? "gone"}: ${endpoint?.FailureReason ?? "no reason given"}. ` +
      `Its log: CloudWatch, /aws/sagemaker/Endpoints/${name}. ${done}`,
  );
}
