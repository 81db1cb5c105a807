import {
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
} from "@aws-sdk/client-cloudformation";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import { poll, type Wait } from "../poll.ts";
import type { Tags } from "../tags.ts";

/**
 * A stack of that name of which there is only a change set that nobody executed, REVIEW_IN_PROGRESS, as
 * a run leaves it that is killed between the two; undefined where there is none. Such a stack has no tags
 * of its own yet: it has those of its change sets.
 */
export async function reviewedStack(
  context: Context,
  name: string,
): Promise<{ tags: Tags } | undefined> {
  return ifPresent(describeReviewed(context, name));
}

async function describeReviewed(
  { clients: { cloudformation }, signal }: Context,
  StackName: string,
): Promise<{ tags: Tags } | undefined> {
  const abort = { abortSignal: signal };
  const request = { StackName };
  const { Stacks: [stack] = [] } = await cloudformation.send(
    new DescribeStacksCommand(request),
    abort,
  );
  if (stack?.StackStatus !== "REVIEW_IN_PROGRESS") return undefined;
  const { Summaries = [] } = await cloudformation.send(new ListChangeSetsCommand(request), abort);
  const tags = [...(stack.Tags ?? [])];
  for (const { ChangeSetId } of Summaries) {
    const { Tags = [] } = await cloudformation.send(
      new DescribeChangeSetCommand({ ChangeSetName: ChangeSetId }),
      abort,
    );
    tags.push(...Tags);
  }
  return { tags };
}

/** Deletes such a stack with its change sets; where there is none, nothing. */
export async function deleteReviewedStack(
  context: Context,
  name: string,
  wait: Wait,
): Promise<void> {
  const { clients, signal } = context;
  if ((await reviewedStack(context, name)) === undefined) return;
  await clients.cloudformation.send(new DeleteStackCommand({ StackName: name }), {
    abortSignal: signal,
  });
  await poll(async () => ((await reviewedStack(context, name)) === undefined ? true : undefined), {
    what: `The deletion of stack ${name}`,
    ...wait,
    signal,
    resume: "It goes on: run the step again.",
  });
}
