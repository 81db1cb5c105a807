import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
} from "@aws-sdk/client-cloudformation";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { poll } from "../poll.ts";
import type { StackInput } from "./stack.ts";
import { madeAgain, type StackState } from "./stack-status.ts";

const TIMEOUT_MS = 10 * 60_000;

/** What a change set does to one resource. */
export interface StackChange {
  /** `Add`, `Modify`, `Remove`, ... */
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** True where the resource is made anew, and the old one deleted. */
  readonly replacement: boolean;
}

interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  readonly changes: readonly StackChange[];
}

/**
 * A change set that is ready to be executed, its changes shown. Undefined where there is nothing to
 * change; it is deleted then.
 * @throws StepError with CloudFormation's reason where the template or its parameters are wrong.
 */
export async function createChangeSet(
  context: Context,
  { name, template, parameters, tags, roleArn, pollIntervalMs = 3000 }: StackInput,
  { token, existing }: { token: string; existing: StackState | undefined },
): Promise<ChangeSet | undefined> {
  const { clients, progress, signal } = context;
  const { Id = "", StackId = "" } = await clients.cloudformation.send(
    new CreateChangeSetCommand({
      StackName: name,
      ChangeSetName: token,
      ClientToken: token,
      ChangeSetType: existing === undefined ? "CREATE" : "UPDATE",
      ...template,
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) =>
        ParameterValue === undefined
          ? { ParameterKey, UsePreviousValue: true }
          : { ParameterKey, ParameterValue },
      ),
      Capabilities: ["CAPABILITY_IAM"],
      Tags: [...tags],
      ...(roleArn === undefined ? {} : { RoleARN: roleArn }),
    }),
    { abortSignal: signal },
  );
  const described = await poll(async () => finished(await describe(context, Id)), {
    what: `Change set ${Id}`,
    timeoutMs: TIMEOUT_MS,
    intervalMs: Math.min(pollIntervalMs, 1000),
    signal,
    resume: "Run the step again.",
  });
  const remove = () =>
    clients.cloudformation.send(new DeleteChangeSetCommand({ ChangeSetName: Id }));
  if (existing !== undefined && existing.id !== StackId) {
    await remove();
    throw madeAgain({ name, id: StackId });
  }
  if (described.Status === "CREATE_COMPLETE") {
    const changes = (described.Changes ?? []).map(({ ResourceChange }) => ({
      action: ResourceChange?.Action ?? "",
      logicalId: ResourceChange?.LogicalResourceId ?? "",
      type: ResourceChange?.ResourceType ?? "",
      replacement: ResourceChange?.Replacement === "True",
    }));
    for (const { action, logicalId, type, replacement } of changes) {
      progress.line(`${action} ${logicalId} (${type})${replacement ? ", which replaces it" : ""}`);
    }
    return { id: Id, stackId: StackId, changes };
  }
  await remove();
  const reason = described.StatusReason ?? "no reason given";
  if (/didn't contain changes|No updates are to be performed/i.test(reason)) return undefined;
  throw new StepError(
    `The change set of stack ${name} is ${described.Status}: ${reason}. Run deploy-stack again once that is mended.`,
  );
}

/** With the changes of every page. */
async function describe(
  { clients, signal }: Context,
  id: string,
): Promise<DescribeChangeSetCommandOutput> {
  const look = (NextToken?: string) =>
    clients.cloudformation.send(
      new DescribeChangeSetCommand({
        ChangeSetName: id,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
      { abortSignal: signal },
    );
  const first = await look();
  const changes = [...(first.Changes ?? [])];
  for (let token = first.NextToken; token !== undefined;) {
    const page = await look(token);
    changes.push(...(page.Changes ?? []));
    token = page.NextToken;
  }
  return { ...first, Changes: changes };
}

function finished(
  changeSet: DescribeChangeSetCommandOutput,
): DescribeChangeSetCommandOutput | undefined {
  return changeSet.Status === "CREATE_COMPLETE" || changeSet.Status === "FAILED"
    ? changeSet
    : undefined;
}
