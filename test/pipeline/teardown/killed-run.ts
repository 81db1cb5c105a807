import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { Display } from "../../../console/display.ts";
import { runSteps } from "../../../local/pipeline.ts";
import { StepLog } from "../../../local/steps.ts";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import type { Config } from "../../../pipeline/config.ts";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import type { Stand } from "../../actions/stand.ts";

const silent = { line: () => undefined, count: () => undefined };

/** What only asks leaves everything as it is: killed behind it is killed before it. */
const asks = /^(Describe|List|Get|Head)/;

/**
 * Runs the whole pipeline until AWS has carried out the requests after which it is to be killed, and from
 * then on as a process that is gone: the answer does not arrive and nothing is asked any more, so that
 * nothing is cleaned up. Returns the requests that changed something, in their order.
 */
export async function runUntilKilled(
  { aws, workspace }: Stand,
  config: Config,
  killedAfter: (changes: readonly string[]) => boolean,
): Promise<string[]> {
  const clients = makeClients();
  const changes: string[] = [];
  const isKilled = () => killedAfter(changes);
  for (const { middlewareStack } of Object.values(clients) as SageMakerClient[]) {
    middlewareStack.add(
      (next, { commandName = "" }) =>
        async (request) => {
          if (isKilled()) throw new Error("killed");
          const answer = await next(request);
          if (!asks.test(commandName)) changes.push(commandName);
          if (isKilled()) throw new Error("killed");
          return answer;
        },
      { step: "initialize", priority: "high", name: "kill" },
    );
  }
  const context = { clients, progress: silent, signal: new AbortController().signal };
  const log = new StepLog(new Display({ write: () => undefined }));
  try {
    const source = await openDataset(`${workspace}/clear`, config, context);
    await runSteps(context, config, { aws, source, run: "killed", log, keep: undefined }, {});
  } catch (error) {
    if (!isKilled()) throw error;
  } finally {
    destroyClients(clients);
  }
  return changes;
}
