import { setTimeout as sleep } from "node:timers/promises";
import {
  InvokeEndpointCommand,
  type SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";

/** How one request ended: what was answered, or `name: message` of what was thrown. */
export interface Outcome {
  readonly answer?: string;
  readonly error?: string;
  /** What `label` said when it was sent. */
  readonly label: string;
}

export interface Load {
  /** Ends once the requests under way are answered, and tells of all. */
  stop(): Promise<Outcome[]>;
}

/** Sends requests to an endpoint without a pause but `pauseMs`, `width` at once, until it is stopped. */
export function startLoad(
  runtime: SageMakerRuntimeClient,
  EndpointName: string,
  {
    width = 3,
    pauseMs = 5,
    label = () => "",
  }: { width?: number; pauseMs?: number; label?: () => string } = {},
): Load {
  const outcomes: Outcome[] = [];
  const over = new AbortController();
  const send = async (): Promise<Outcome> => {
    const sent = label();
    try {
      const request = new InvokeEndpointCommand({ EndpointName, Body: "picture" });
      const { Body } = await runtime.send(request);
      return { answer: Body.transformToString(), label: sent };
    } catch (error) {
      return { error: String(error), label: sent };
    }
  };
  const worker = async () => {
    while (!over.signal.aborted) {
      outcomes.push(await send());
      await sleep(pauseMs);
    }
  };
  const workers = Promise.all(Array.from({ length: width }, worker));
  return {
    async stop() {
      over.abort();
      await workers;
      return outcomes;
    },
  };
}
