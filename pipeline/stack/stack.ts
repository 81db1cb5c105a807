import { randomUUID } from "node:crypto";
import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { createChangeSet, type StackChange } from "./change-set.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { poll, type Wait } from "../poll.ts";
import { StackEvents } from "./stack-events.ts";
import { describeStack, isBusy, madeAgain, type StackState } from "./stack-status.ts";
import type { StackTemplate } from "./stack-template.ts";
import type { Tag } from "../tags.ts";

const TIMEOUT_MS = 30 * 60_000;

export interface StackInput {
  readonly name: string;
  readonly template: StackTemplate;
  /** Undefined leaves a parameter as it is. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly tags: readonly Tag[];
  /** What CloudFormation works as; the caller's own permissions where it is not given. */
  readonly roleArn?: string | undefined;
  /** Of each wait; half an hour where it is not given. */
  readonly timeoutMs?: number | undefined;
  readonly pollIntervalMs?: number;
}

export interface DeployedStack extends StackState {
  readonly change: "created" | "updated" | "unchanged";
  readonly changes: readonly StackChange[];
}

/**
 * Makes or updates a stack through a change set, and shows the changes and then the events as they
 * come. Waits for another run's operation first; a stack whose creation was rolled back is deleted
 * and made anew; the roll-back of an update that failed is continued; a change set without changes is
 * done at once.
 * @throws StepError with the first failure of the operation, which stands behind all others.
 */
export async function applyStack(context: Context, input: StackInput): Promise<DeployedStack> {
  const { cloudformation } = context.clients;
  const { name, pollIntervalMs: intervalMs = 3000, timeoutMs = TIMEOUT_MS } = input;
  const wait = { intervalMs, timeoutMs };
  const existing = await makeRoom(context, name, wait);
  const token = `scones-${randomUUID()}`;
  const changeSet = await createChangeSet(context, input, { token, existing });
  if (changeSet === undefined && existing !== undefined) {
    context.progress.line(`stack ${name} is as it should be: nothing to change`);
    return { ...existing, change: "unchanged", changes: [] };
  }
  if (changeSet === undefined)
    throw new StepError(`The template of stack ${name} has no resources.`);
  await cloudformation.send(
    new ExecuteChangeSetCommand({ ChangeSetName: changeSet.id, ClientRequestToken: token }),
    { abortSignal: context.signal },
  );
  const { events, stack } = await follow(context, { id: changeSet.stackId, name }, token, wait);
  if (!["CREATE_COMPLETE", "UPDATE_COMPLETE"].includes(stack.status)) {
    throw new StepError(
      `Stack ${name} ended in ${stack.status}.\n${events.rootCause ?? stack.reason}\n${nextAfter(stack)}`,
    );
  }
  const change = existing === undefined ? "created" : "updated";
  return { ...stack, change, changes: changeSet.changes };
}

/**
 * Deletes a stack and all it made; one that is not there is done already.
 * @throws StepError with the first resource that could not be deleted.
 */
export async function deleteStack(
  context: Context,
  name: string,
  { intervalMs = 1000, timeoutMs = TIMEOUT_MS }: Partial<Wait> = {},
): Promise<void> {
  const wait = { intervalMs, timeoutMs };
  const before = await settled(context, name, wait);
  if (before !== undefined) await remove(context, before, wait);
}

/** The stack as it can be updated; undefined where it is to be created. */
async function makeRoom(
  context: Context,
  name: string,
  wait: Wait,
): Promise<StackState | undefined> {
  const stack = await settled(context, name, wait);
  if (stack?.status === "UPDATE_ROLLBACK_FAILED") return continueRollback(context, stack, wait);
  if (stack === undefined || !/^(ROLLBACK_|CREATE_FAILED|DELETE_FAILED)/.test(stack.status)) {
    return stack;
  }
  // Of a roll-back or a deletion that failed, the reason names what it left.
  const left = /^(ROLLBACK|DELETE)_FAILED$/.test(stack.status) ? ` (${stack.reason})` : "";
  context.progress.line(`stack ${name} is ${stack.status}${left}: deleting it to make it anew`);
  await remove(context, stack, wait);
  return undefined;
}

/** Once, and without leaving a resource out: that would be the stack's word against what there is. */
async function continueRollback(
  context: Context,
  stack: StackState,
  wait: Wait,
): Promise<StackState> {
  const { id, name, status, reason } = stack;
  context.progress.line(`stack ${name} is ${status} (${reason}): continuing its roll-back`);
  const token = `scones-${randomUUID()}`;
  await context.clients.cloudformation.send(
    new ContinueUpdateRollbackCommand({ StackName: id, ClientRequestToken: token }),
    { abortSignal: context.signal },
  );
  const { events, stack: after } = await follow(context, stack, token, wait);
  if (after.status === "UPDATE_ROLLBACK_COMPLETE") return after;
  throw new StepError(
    `Stack ${name} ended in ${after.status} as its roll-back was continued.\n${events.rootCause ?? after.reason}\n` +
      "Put that right, or continue the roll-back by hand without it (aws cloudformation continue-update-rollback --resources-to-skip), then run the step again.",
  );
}

/**
 * Waits until nobody is at work on the stack.
 * @throws StepError where another one stands under its name by then.
 */
function settled(context: Context, name: string, wait: Wait): Promise<StackState | undefined> {
  let first: StackState | undefined;
  return poll(
    async () => {
      const stack = await describeStack(context, name);
      if (stack !== undefined && stack.id !== (first ?? stack).id) throw madeAgain(stack);
      if (stack === undefined || !isBusy(stack.status)) return { stack };
      if (first === undefined) {
        context.progress.line(`stack ${name} is ${stack.status} by another run: waiting`);
      }
      first = stack;
      return undefined;
    },
    {
      what: `Another run's operation on stack ${name}`,
      ...wait,
      signal: context.signal,
      resume: "Look at its events in CloudFormation, then run the step again.",
    },
  ).then(({ stack }) => stack);
}

async function remove(context: Context, stack: StackState, wait: Wait): Promise<void> {
  const token = `scones-${randomUUID()}`;
  await context.clients.cloudformation.send(
    // By its id: a stack of the same name that another run makes meanwhile is not meant.
    new DeleteStackCommand({ StackName: stack.id, ClientRequestToken: token }),
    { abortSignal: context.signal },
  );
  const { events, stack: after } = await follow(context, stack, token, wait);
  if (events.retained.length > 0) {
    context.progress.line(`stack ${stack.name} left behind: ${events.retained.join(", ")}`);
  }
  if (after.status !== "DELETE_COMPLETE") {
    throw new StepError(
      `Stack ${stack.name} ended in ${after.status} as it was deleted.\n${events.rootCause ?? after.reason}\nDelete what stands in the way, then run the step again.`,
    );
  }
}

/**
 * Shows an operation's events until it is over. The stack's status is not believed before its events say the
 * same: right after the start it can still be the former operation's. A stack that is deleted, by whomever,
 * ends it too.
 */
async function follow(
  context: Context,
  { id, name }: Pick<StackState, "id" | "name">,
  token: string,
  wait: Wait,
): Promise<{ events: StackEvents; stack: StackState }> {
  const events = new StackEvents(context, id, token);
  const stack = await poll(
    async () => {
      await events.read();
      const state = await describeStack(context, id);
      if (state === undefined) return undefined;
      // By its id it is found as long as it was itself: no later state follows.
      if (state.status === "DELETE_COMPLETE") return state;
      return !isBusy(state.status) && state.status === events.status ? state : undefined;
    },
    {
      what: `The operation on stack ${name}`,
      ...wait,
      signal: context.signal,
      resume: "It goes on at AWS: run the step again to wait for it.",
    },
  );
  return { events, stack };
}

function nextAfter({ status }: StackState): string {
  if (status === "UPDATE_ROLLBACK_COMPLETE") return "The stack is as it was before.";
  if (status === "DELETE_COMPLETE") return "Another run deleted it meanwhile. Run the step again.";
  return "Correct it and run the step again.";
}
