import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogStream } from "./log-streams.ts";

const flushAfterMs = 1_000;
/** PutLogEvents' limits, of which an event's bytes are 26 more than its text's. */
const eventsPerRequest = 10_000;
const bytesPerRequest = 1_048_576;
const bytesPerEvent = 26;

interface Event {
  readonly timestamp: number;
  readonly message: string;
}

/**
 * Writes what a container says to CloudWatch Logs, a second's lines at once, under its job's or endpoint's
 * role. What the role may not write is not there, as on AWS; what else can't be written is lost and said on
 * the console.
 */
export class ContainerLog {
  readonly #client: CloudWatchLogsClient;
  readonly #stream: LogStream;
  #waiting: Event[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isThere = false;

  constructor(client: CloudWatchLogsClient, stream: LogStream) {
    this.#client = client;
    this.#stream = stream;
  }

  /** Takes down one line; CloudWatch takes no empty one. */
  line(message: string): void {
    if (message === "") return;
    this.#waiting.push({ timestamp: Date.now(), message });
    this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  /** Writes what is not written yet. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length > 0) this.#writing = this.#writing.then(() => this.#write(events));
    return this.#writing;
  }

  async #write(events: readonly Event[]): Promise<void> {
    try {
      if (!this.#isThere) await this.#makeStream();
      this.#isThere = true;
      for (const logEvents of requestsOf(events))
        await this.#client.send(new PutLogEventsCommand({ ...this.#stream, logEvents }));
    } catch (error) {
      if (isNamed(error, "AccessDenied")) return;
      console.error(`${this.#stream.logStreamName} could not be logged: ${String(error)}`);
    }
  }

  async #makeStream(): Promise<void> {
    const { logGroupName } = this.#stream;
    const make = () => ignoringTaken(this.#client.send(new CreateLogStreamCommand(this.#stream)));
    try {
      await make();
    } catch (error) {
      if (!isNamed(error, "ResourceNotFound")) throw error;
      await ignoringTaken(this.#client.send(new CreateLogGroupCommand({ logGroupName })));
      await make();
    }
  }
}

/** As many events a request as CloudWatch takes. */
function requestsOf(events: readonly Event[]): Event[][] {
  const requests: Event[][] = [[]];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message) + bytesPerEvent;
    const last = requests.at(-1) ?? [];
    if (last.length < eventsPerRequest && bytes + size <= bytesPerRequest) {
      last.push(event);
      bytes += size;
    } else {
      requests.push([event]);
      bytes = size;
    }
  }
  return requests;
}

async function ignoringTaken(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isNamed(error, "ResourceAlreadyExists")) throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name.startsWith(name);
}
