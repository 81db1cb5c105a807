import {
  DescribeExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { FleetSummary } from "../../lambdas/collect-results.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { poll } from "../poll.ts";
import { stopOnAbort } from "../stop-on-abort.ts";

interface FleetInput {
  /** Pictures are all objects under it; must lie in what the application may read. */
  readonly s3Prefix: string;
  readonly timeoutMs: number;
  readonly pollIntervalMs?: number;
}

/**
 * Sends every picture under a prefix through the application and waits for the summary; the results
 * lie in S3, a line a picture. Cancelled, it stops the execution.
 * @throws StepError with the execution's error and cause where it ends otherwise than well.
 */
export async function runFleet(
  context: Context,
  fleetArn: string,
  { s3Prefix, timeoutMs, pollIntervalMs = 5000 }: FleetInput,
): Promise<FleetSummary> {
  const { clients, signal, progress } = context;
  const { executionArn = "" } = await clients.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: fleetArn,
      input: JSON.stringify({ s3_prefix: s3Prefix }),
    }),
    { abortSignal: signal },
  );
  progress.line(`fleet ${executionArn} began`);
  const stoppable = {
    what: `fleet ${executionArn}`,
    stop: (abortSignal: AbortSignal) =>
      clients.sfn.send(new StopExecutionCommand({ executionArn }), { abortSignal }),
    stopOnCancel: true,
  };
  const ended = await stopOnAbort(context, stoppable, () =>
    poll(
      async () => {
        const found = await clients.sfn.send(new DescribeExecutionCommand({ executionArn }), {
          abortSignal: signal,
        });
        return found.status === "RUNNING" ? undefined : found;
      },
      {
        what: `Fleet ${executionArn}`,
        timeoutMs,
        intervalMs: pollIntervalMs,
        signal,
        resume: "It goes on; its output says where the results lie.",
      },
    ),
  );
  const { status, error = "", cause = "", output = "{}" } = ended;
  if (status !== "SUCCEEDED") {
    throw new StepError(
      `Fleet ${executionArn} over ${s3Prefix} ended ${status}: ${error} ${cause}`,
    );
  }
  return JSON.parse(output) as FleetSummary;
}
