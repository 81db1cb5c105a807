import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { lastWords, startContainer } from "./container.ts";

const startLimitMs = 60_000;
const drainMs = 5_000;

export interface ContainerAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A serving container that passed its health check. */
export interface ModelServer {
  /** Sends one request to the model. @throws where the container is gone or `signal` aborts. */
  invoke(
    headers: OutgoingHttpHeaders,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<ContainerAnswer>;
  /** Lets what is asked be answered, five seconds at most, and ends the process. */
  close(): Promise<void>;
}

/**
 * Starts the serving container over an unpacked model and waits until it answers `/ping`.
 * @throws Error with the container's last lines where it ends or does not answer in 60 s.
 */
export async function startModelServer(
  algorithmDir: string,
  modelDir: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ModelServer> {
  const port = Promise.withResolvers<number>();
  const container = startContainer(
    path.join(algorithmDir, "serve.ts"),
    [modelDir, "--port", "0"],
    environment,
    (line) => {
      const found = /^\{"port":\s*(\d+)/.exec(line)?.[1];
      if (found !== undefined) port.resolve(Number(found));
    },
  );
  const agent = new Agent({ keepAlive: true });
  const late = new AbortController();
  try {
    const ready = port.promise.then((number) => ping(number, agent, late.signal));
    const outcome = await Promise.race([
      ready.then(() => "ready" as const),
      container.ended.then(() => "ended" as const),
      sleep(startLimitMs, "late" as const, { signal: AbortSignal.any([signal, late.signal]) }),
    ]);
    if (outcome !== "ready") {
      throw new Error(`the container ${outcome}: ${lastWords(container.log)}`);
    }
  } catch (error) {
    await container.stop();
    throw error;
  } finally {
    late.abort();
  }
  const number = await port.promise;
  const asked = new Set<Promise<unknown>>();
  return {
    invoke(headers, body, abort) {
      const answer = call(
        number,
        agent,
        { method: "POST", path: "/invocations", headers },
        body,
        abort,
      );
      const settled = answer.catch(() => undefined).finally(() => asked.delete(settled));
      asked.add(settled);
      return answer;
    },
    async close() {
      await Promise.race([Promise.all(asked), sleep(drainMs, undefined, { ref: false })]);
      await container.stop();
      agent.destroy();
    },
  };
}

async function ping(port: number, agent: Agent, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await call(port, agent, { method: "GET", path: "/ping" }).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(50, undefined, { signal });
  }
}

function call(
  port: number,
  agent: Agent,
  options: { method: string; path: string; headers?: OutgoingHttpHeaders },
  body?: Uint8Array,
  signal?: AbortSignal,
): Promise<ContainerAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      agent,
      ...options,
      ...(signal && { signal }),
    });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      buffer(incoming).then(
        (bytes) =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: bytes }),
        reject,
      );
    });
    outgoing.end(body);
  });
}
