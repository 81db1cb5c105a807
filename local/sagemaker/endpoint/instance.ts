import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerAnswer, ModelServer } from "./model-server.ts";

const firstPauseMs = 50;
const longestPauseMs = 5_000;
/** How long the end of a process whose connection broke may take to be known. */
const endKnownMs = 1_000;

/** One instance of a variant: a serving process, started anew whenever it ends by itself. */
export class Instance {
  readonly #start: () => Promise<ModelServer>;
  readonly #closing = new AbortController();
  readonly #upkeep: Promise<void>;
  #server: ModelServer | undefined;
  #inFlight = 0;

  private constructor(start: () => Promise<ModelServer>, server: ModelServer) {
    this.#start = start;
    this.#server = server;
    this.#upkeep = this.#keepUp(server);
  }

  /** Starts one. @throws what `start` throws. */
  static async launch(start: () => Promise<ModelServer>): Promise<Instance> {
    return new Instance(start, await start());
  }

  /** Whether its process runs; false while a new one comes up after a crash. */
  get isUp(): boolean {
    return this.#server !== undefined;
  }

  /** Requests that it was asked and has not answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Sends one request to the model. @throws where its process is down, or goes down meanwhile. */
  async invoke(
    headers: OutgoingHttpHeaders,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<ContainerAnswer> {
    const server = this.#server;
    if (server === undefined) throw new Error("the container is starting again");
    this.#inFlight++;
    try {
      return await server.invoke(headers, body, signal);
    } catch (error) {
      // A connection breaks a moment before its process is known to have ended: whoever is told of the
      // one must find the other noted, or the next request would go to the same process.
      await Promise.race([server.ended, sleep(endKnownMs, undefined, { signal })]).catch(() => {});
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  /** Lets what is asked be answered and ends the process. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#server?.close();
    await this.#upkeep;
  }

  async #keepUp(first: ModelServer): Promise<void> {
    const { signal } = this.#closing;
    let server = first;
    for (;;) {
      await server.ended;
      this.#server = undefined;
      await server.close();
      const next = await this.#startAgain(signal);
      if (next === undefined) return;
      server = next;
    }
  }

  /** A new process; undefined once the instance is closed. */
  async #startAgain(signal: AbortSignal): Promise<ModelServer | undefined> {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      const server = await this.#start().catch(() => undefined);
      if (server !== undefined && !signal.aborted) {
        this.#server = server;
        return server;
      }
      await server?.close();
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    return undefined;
  }
}
