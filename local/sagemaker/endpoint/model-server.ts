import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { once } from "node:events";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type Container, lastWords, startContainer } from "../container.ts";
import type { ContainerLog } from "../container-log.ts";

const START_LIMIT_MS = 60_000;
/** The longest that InvokeEndpoint lets a model take. */
export const ANSWER_LIMIT_MS = 60_000;

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
  /** Resolves when its process has ended, by itself or by `close`. */
  readonly ended: Promise<void>;
  /** Lets what is asked be answered, a minute at most, and ends the process. */
  close(): Promise<void>;
}

/** What a serving container is started with. */
export interface Serving {
  readonly modelDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined where nothing is logged. */
  readonly log: ContainerLog | undefined;
}

/**
 * Starts the serving container over an unpacked model and waits until it answers `/ping`. Once
 * `signal` aborts, closing it waits for no answer.
 * @throws Error with the container's last lines where it ends or does not answer in 60 s.
 */
export async function startModelServer(
  algorithmDir: string,
  { modelDir, environment, log }: Serving,
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
    (line) => log?.line(line),
  );
  const agent = new Agent({ keepAlive: true });
  const ended = container.ended.then(() => {
    throw new Error(`the container ended: ${lastWords(container.log)}`);
  });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
  try {
    const number = await Promise.race([port.promise, ended, aborted(deadline)]);
    await Promise.race([ping(number, agent, deadline), ended]);
    return serving(container, log, { number, agent, abandoned: signal });
  } catch (error) {
    await container.stop();
    await log?.flush();
    agent.destroy();
    throw error;
  }
}

function serving(
  container: Container,
  log: ContainerLog | undefined,
  { number: port, agent, abandoned }: { number: number; agent: Agent; abandoned: AbortSignal },
): ModelServer {
  const asked = new Set<Promise<unknown>>();
  return {
    invoke(headers, body, signal) {
      const options = { method: "POST", path: "/invocations", headers };
      const answer = call(port, agent, options, body, signal);
      const settled = answer.catch(() => undefined).finally(() => asked.delete(settled));
      asked.add(settled);
      return answer;
    },
    ended: container.ended.then(() => undefined),
    async close() {
      const drained = new AbortController();
      const signal = AbortSignal.any([abandoned, drained.signal]);
      const tooLong = sleep(ANSWER_LIMIT_MS, undefined, { signal }).catch(() => undefined);
      await Promise.race([Promise.all(asked), tooLong]);
      drained.abort();
      await container.stop();
      await log?.flush();
      agent.destroy();
    },
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  await once(signal, "abort");
  throw signal.reason;
}

async function ping(port: number, agent: Agent, signal: AbortSignal): Promise<void> {
  for (;;) {
    const asked = call(port, agent, { method: "GET", path: "/ping" }, undefined, signal);
    const answer = await asked.catch(() => undefined);
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
