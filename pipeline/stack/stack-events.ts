import { paginateDescribeStackEvents, type StackEvent } from "@aws-sdk/client-cloudformation";
import type { Context } from "../context.ts";

/**
 * The events of one stack operation, which its token names: each shown once, in the order in which
 * they happened.
 */
export class StackEvents {
  readonly #context: Context;
  readonly #stackId: string;
  readonly #token: string;
  readonly #seen = new Set<string>();
  /** The reason that stands behind everything that failed afterwards. */
  rootCause: string | undefined;
  /** What a deletion left behind, as its template says. */
  readonly retained: string[] = [];
  /** The stack's own last status in this operation. */
  status: string | undefined;

  constructor(context: Context, stackId: string, token: string) {
    this.#context = context;
    this.#stackId = stackId;
    this.#token = token;
  }

  /** Reads what has happened since the last call. */
  async read(): Promise<void> {
    for (const event of (await this.#unseen()).toReversed()) {
      const { EventId = "", LogicalResourceId = "", ResourceStatus = "" } = event;
      this.#seen.add(EventId);
      this.#context.progress.line(line(event));
      if (event.PhysicalResourceId === this.#stackId) this.status = ResourceStatus;
      if (ResourceStatus === "DELETE_SKIPPED") {
        this.retained.push(`${LogicalResourceId} (${event.PhysicalResourceId})`);
      }
      if (ResourceStatus.endsWith("_FAILED") && this.rootCause === undefined) {
        const what = [event.ResourceType, event.PhysicalResourceId].filter(Boolean).join(" ");
        this.rootCause = `${LogicalResourceId} (${what}) ${ResourceStatus}: ${event.ResourceStatusReason ?? "no reason given"}`;
      }
    }
  }

  /** Newest first, down to the first that is known already or is of another operation. */
  async #unseen(): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    const { clients, signal } = this.#context;
    const pages = paginateDescribeStackEvents(
      { client: clients.cloudformation },
      { StackName: this.#stackId },
      { abortSignal: signal },
    );
    for await (const { StackEvents: page = [] } of pages) {
      for (const event of page) {
        if (this.#seen.has(event.EventId ?? "")) return events;
        if (event.ClientRequestToken === this.#token) events.push(event);
      }
    }
    return events;
  }
}

function line(event: StackEvent): string {
  const reason = event.ResourceStatusReason ? `: ${event.ResourceStatusReason}` : "";
  return `${event.ResourceStatus} ${event.LogicalResourceId} (${event.ResourceType})${reason}`;
}
