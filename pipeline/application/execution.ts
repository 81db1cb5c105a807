import { StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import type { Context } from "../context.ts";

/** What one picture's way through the state machine came to. */
export interface Execution {
  readonly arn: string;
  readonly key: string;
  readonly status: string;
  readonly error: string;
  readonly cause: string;
  readonly output: Readonly<Record<string, unknown>>;
  /** From the request to the answer, as the caller sees it. */
  readonly ms: number;
}

interface ExecuteInput {
  readonly bucket: string;
  readonly key: string;
  /** Stands beside the inference in the endpoint's data capture. */
  readonly inferenceId?: string;
  /** Publishes no notice where the picture is not routed. */
  readonly quiet?: boolean;
}

/** Sends one picture through the EXPRESS state machine and waits for the answer. */
export async function execute(
  { clients, signal }: Context,
  stateMachineArn: string,
  { bucket, key, inferenceId, quiet }: ExecuteInput,
): Promise<Execution> {
  const started = performance.now();
  const answer = await clients.sfn.send(
    new StartSyncExecutionCommand({
      stateMachineArn,
      input: JSON.stringify({
        image_data: "",
        s3_bucket: bucket,
        s3_key: key,
        inferences: [],
        inference_id: inferenceId,
        quiet,
      }),
    }),
    { abortSignal: signal },
  );
  return {
    arn: answer.executionArn ?? "",
    key,
    status: answer.status ?? "",
    error: answer.error ?? "",
    cause: answer.cause ?? "",
    output: JSON.parse(answer.output ?? "{}") as Record<string, unknown>,
    ms: performance.now() - started,
  };
}
