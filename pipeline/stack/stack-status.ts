import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import type { Context } from "../context.ts";
import { ifPresent, StepError } from "../errors.ts";
import type { Tag } from "../tags.ts";

export interface StackState {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  /** Names. */
  readonly parameters: readonly string[];
}

/**
 * A stack by its name or id; undefined where there is none. One that was only reviewed has made
 * nothing yet and counts as none; a deleted one is found by its id alone.
 */
export async function describeStack(
  { clients: { cloudformation }, signal }: Context,
  nameOrId: string,
): Promise<StackState | undefined> {
  const request = new DescribeStacksCommand({ StackName: nameOrId });
  const found = await ifPresent(cloudformation.send(request, { abortSignal: signal }));
  const stack = found?.Stacks?.[0];
  if (stack === undefined || stack.StackStatus === "REVIEW_IN_PROGRESS") return undefined;
  return {
    id: stack.StackId ?? "",
    name: stack.StackName ?? "",
    status: stack.StackStatus ?? "",
    reason: stack.StackStatusReason ?? "",
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
    ),
    parameters: (stack.Parameters ?? []).map(({ ParameterKey = "" }) => ParameterKey),
    tags: (stack.Tags ?? []).map(({ Key = "", Value = "" }) => ({ Key, Value })),
  };
}

/** Whether CloudFormation is at work on the stack. */
export function isBusy(status: string): boolean {
  return status.endsWith("_IN_PROGRESS");
}

/** Says of a stack that it is not the one that was there: under the same name stands another id. */
export function madeAgain({ name, id }: Pick<StackState, "name" | "id">): StepError {
  return new StepError(
    `Stack ${name} was deleted and made again by another run meanwhile, as ${id}. Run the step again.`,
  );
}
