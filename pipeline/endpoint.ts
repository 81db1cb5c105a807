import {
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import type { Context } from "./context.ts";

export type Endpoint = DescribeEndpointCommandOutput;

/** An endpoint by its name; undefined where there is none. */
export async function describeEndpoint(
  { clients, signal }: Context,
  name: string,
): Promise<Endpoint | undefined> {
  try {
    return await clients.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }), {
      abortSignal: signal,
    });
  } catch (error) {
    if (error instanceof Error && /could not find/i.test(error.message)) return undefined;
    throw error;
  }
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
