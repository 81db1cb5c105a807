import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureVenv } from "../../../local/venv.ts";
import { type Stand, url } from "../stand.ts";

/** A subscriber of a topic: what was published since, oldest first. */
export interface Notices extends AsyncDisposable {
  readonly messages: readonly unknown[];
  /** Waits until there are that many. @throws Error after 50 s. */
  until(count: number): Promise<void>;
}

interface Received {
  readonly Type: string;
  readonly Token: string;
  readonly Message: string;
}

/** Subscribes to a topic over HTTP, and confirms it as a subscriber must. */
export async function subscribe(stand: Stand, topicArn: string): Promise<Notices> {
  const received: Received[] = [];
  const subscriber = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      received.push(JSON.parse(body) as Received);
      response.end();
    });
  });
  await new Promise<void>((resolve) => subscriber.listen(0, "127.0.0.1", resolve));
  const until = async (count: number) => {
    const deadline = Date.now() + 50_000;
    while (received.length <= count) {
      if (Date.now() > deadline) throw new Error(`${received.length - 1} notices, not ${count}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const Endpoint = `${url(subscriber)}/`;
  await sns(stand, "subscribe", { TopicArn: topicArn, Protocol: "http", Endpoint });
  await until(0);
  const Token = received[0]?.Token;
  await sns(stand, "confirm_subscription", { TopicArn: topicArn, Token });
  return {
    get messages() {
      return received.slice(1).map(({ Message }) => JSON.parse(Message) as unknown);
    },
    until,
    [Symbol.asyncDispose]: async () => {
      subscriber.closeAllConnections();
      await new Promise((resolve) => subscriber.close(resolve));
    },
  };
}

/** The project needs no client for SNS: botocore, which the venv has, stands in. */
async function sns(
  { ministack }: Stand,
  operation: string,
  parameters: Record<string, unknown>,
): Promise<void> {
  const code = `import botocore.session, json, sys
sns = botocore.session.Session().create_client("sns")
getattr(sns, sys.argv[1])(**json.loads(sys.argv[2]))`;
  const python = join(await ensureVenv(() => undefined), "bin", "python");
  await promisify(execFile)(python, ["-c", code, operation, JSON.stringify(parameters)], {
    env: ministack.environment,
  });
}
