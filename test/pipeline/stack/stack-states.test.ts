import { expect, test } from "@jest/globals";
import { applyStack, deleteStack, type DeployedStack } from "../../../pipeline/stack/stack.ts";
import { contextAnswering } from "../answering.ts";

const name = "scones-test-application";
const id = `arn:aws:cloudformation:us-east-1:000000000000:stack/${name}/1`;

interface State {
  readonly id?: string;
  readonly status: string;
  readonly reason?: string;
}

interface StackEvent {
  readonly ResourceStatus: string;
  readonly LogicalResourceId?: string;
  readonly ResourceType?: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceStatusReason?: string;
}

/** What the operation that a request starts does to the stack: its states, look by look, and events. */
interface Operation {
  readonly states: readonly State[];
  readonly events: readonly StackEvent[];
}

const stackEvent = (ResourceStatus: string): StackEvent => ({
  ResourceStatus,
  LogicalResourceId: name,
  PhysicalResourceId: id,
});
const ends = (status: string, ...events: StackEvent[]): Operation => ({
  states: [{ status }],
  events: [...events, stackEvent(status)],
});

/** A CloudFormation with one stack, found in `found`; each request sets its own operation off. */
function cloudFormation(
  found: readonly State[],
  operations: Readonly<Record<string, Operation>> = {},
  changeSetOf = id,
) {
  const asked: string[] = [];
  const lines: string[] = [];
  const inputs: Record<string, Readonly<Record<string, unknown>>> = {};
  let states = found;
  let events: object[] = [];
  const context = contextAnswering((operation, input) => {
    const begun = operations[operation];
    if (!operation.startsWith("Describe")) {
      asked.push(operation);
      inputs[operation] = input;
    }
    if (begun !== undefined) {
      states = begun.states;
      const ClientRequestToken = input["ClientRequestToken"];
      events = begun.events.map((event, at) =>
        Object.assign({ EventId: `${asked.length}-${at}`, ClientRequestToken }, event),
      );
    }
    if (operation === "CreateChangeSet") return { Id: "change-set", StackId: changeSetOf };
    if (operation === "DescribeChangeSet") return { Status: "CREATE_COMPLETE", Changes: [] };
    if (operation === "DescribeStackEvents") return { StackEvents: events.toReversed() };
    if (operation !== "DescribeStacks") return {};
    const state = states[0];
    if (states.length > 1) states = states.slice(1);
    if (state === undefined) throw new Error(`Stack with id ${name} does not exist`);
    const { status, reason } = state;
    return {
      Stacks: [
        {
          StackId: state.id ?? id,
          StackName: name,
          StackStatus: status,
          StackStatusReason: reason,
        },
      ],
    };
  });
  const progress = { line: (text: string) => lines.push(text), count: () => undefined };
  const apply = (timeoutMs = 60_000): Promise<DeployedStack> =>
    applyStack(
      { ...context, progress },
      {
        name,
        template: { TemplateBody: "{}" },
        parameters: {},
        tags: [],
        timeoutMs,
        pollIntervalMs: 1,
      },
    );
  const remove = () => deleteStack({ ...context, progress }, name, { intervalMs: 1 });
  return { asked, lines, inputs, apply, remove, [Symbol.dispose]: () => context[Symbol.dispose]() };
}

const updated = ends("UPDATE_COMPLETE");
const failed = (logical: string, status: string, reason: string, type = "AWS::Logs::LogGroup") => ({
  ResourceStatus: status,
  LogicalResourceId: logical,
  PhysicalResourceId: logical.toLowerCase(),
  ResourceType: type,
  ResourceStatusReason: reason,
});

test("a roll-back that failed is deleted by its id and made anew, and what it left is named", async () => {
  const reason = "The following resource(s) failed to delete: [Logs].";
  using aws = cloudFormation([{ status: "ROLLBACK_FAILED", reason }], {
    DeleteStack: ends("DELETE_COMPLETE", {
      ResourceStatus: "DELETE_SKIPPED",
      LogicalResourceId: "Archive",
      PhysicalResourceId: "scones-archive",
    }),
    ExecuteChangeSet: ends("CREATE_COMPLETE"),
  });
  expect(await aws.apply()).toMatchObject({ change: "created", status: "CREATE_COMPLETE" });
  expect(aws.inputs["DeleteStack"]).toMatchObject({ StackName: id });
  expect(aws.inputs["DeleteStack"]).not.toHaveProperty("RetainResources");
  expect(aws.inputs["CreateChangeSet"]).toMatchObject({ ChangeSetType: "CREATE" });
  expect(aws.lines).toContain(
    `stack ${name} is ROLLBACK_FAILED (${reason}): deleting it to make it anew`,
  );
  expect(aws.lines).toContain(`stack ${name} left behind: Archive (scones-archive)`);
});

test("the roll-back of an update that failed is continued once, nothing skipped, and updated then", async () => {
  using aws = cloudFormation([{ status: "UPDATE_ROLLBACK_FAILED", reason: "[Logs]" }], {
    ContinueUpdateRollback: ends("UPDATE_ROLLBACK_COMPLETE"),
    ExecuteChangeSet: updated,
  });
  expect(await aws.apply()).toMatchObject({ change: "updated", status: "UPDATE_COMPLETE" });
  expect(aws.asked).toEqual(["ContinueUpdateRollback", "CreateChangeSet", "ExecuteChangeSet"]);
  expect(aws.inputs["ContinueUpdateRollback"]).toEqual({
    StackName: id,
    ClientRequestToken: expect.stringMatching(/^scones-/),
  });
});

test("a roll-back that fails again stops the step with the resource that stands in its way", async () => {
  using aws = cloudFormation([{ status: "UPDATE_ROLLBACK_FAILED" }], {
    ContinueUpdateRollback: ends(
      "UPDATE_ROLLBACK_FAILED",
      failed("Logs", "UPDATE_FAILED", "no permission"),
    ),
  });
  await expect(aws.apply()).rejects.toThrow(
    /ended in UPDATE_ROLLBACK_FAILED as its roll-back was continued\.\nLogs \(AWS::Logs::LogGroup logs\) UPDATE_FAILED: no permission\n/,
  );
  expect(aws.asked).toEqual(["ContinueUpdateRollback"]);
});

test("a bucket that is not empty stops a deletion, which names it and empties nothing", async () => {
  using aws = cloudFormation([{ status: "CREATE_COMPLETE" }], {
    DeleteStack: ends(
      "DELETE_FAILED",
      failed("Archive", "DELETE_FAILED", "The bucket is not empty", "AWS::S3::Bucket"),
    ),
  });
  await expect(aws.remove()).rejects.toThrow(
    /ended in DELETE_FAILED as it was deleted\.\nArchive \(AWS::S3::Bucket archive\) DELETE_FAILED: The bucket is not empty\n/,
  );
  expect(aws.asked).toEqual(["DeleteStack"]);
});

test("an operation of another run is waited for", async () => {
  const busy = { status: "UPDATE_IN_PROGRESS" };
  using aws = cloudFormation([busy, busy, { status: "UPDATE_COMPLETE" }], {
    ExecuteChangeSet: updated,
  });
  expect((await aws.apply()).change).toBe("updated");
  expect(aws.lines[0]).toBe(`stack ${name} is UPDATE_IN_PROGRESS by another run: waiting`);
});

test("the wait for another run ends at the deadline", async () => {
  using aws = cloudFormation([{ status: "UPDATE_IN_PROGRESS" }]);
  await expect(aws.apply(20)).rejects.toThrow(
    `Another run's operation on stack ${name} did not finish within 0 s. Look at its events`,
  );
  expect(aws.asked).toEqual([]);
});

test("the former update's end is not taken for this one's", async () => {
  const former = { status: "UPDATE_COMPLETE" };
  using aws = cloudFormation([former], {
    ExecuteChangeSet: {
      states: [former, former, { status: "UPDATE_ROLLBACK_COMPLETE" }],
      events: [failed("Logs", "UPDATE_FAILED", "no quota"), stackEvent("UPDATE_ROLLBACK_COMPLETE")],
    },
  });
  await expect(aws.apply()).rejects.toThrow(
    /UPDATE_ROLLBACK_COMPLETE\.\nLogs .*: no quota\nThe stack is as it was before\./,
  );
});

test("a stack that was deleted and made again while it was waited for fails", async () => {
  using aws = cloudFormation([
    { status: "DELETE_IN_PROGRESS" },
    { id: `${id}-again`, status: "CREATE_COMPLETE" },
  ]);
  await expect(aws.apply()).rejects.toThrow(
    `Stack ${name} was deleted and made again by another run meanwhile, as ${id}-again. Run the step again.`,
  );
  expect(aws.asked).toEqual([]);
});

test("changes of a stack that was made again are not executed", async () => {
  using aws = cloudFormation([{ status: "UPDATE_COMPLETE" }], {}, `${id}-again`);
  await expect(aws.apply()).rejects.toThrow("was deleted and made again by another run");
  expect(aws.asked).toEqual(["CreateChangeSet", "DeleteChangeSet"]);
});

test("a stack that is deleted during the update fails at once", async () => {
  using aws = cloudFormation([{ status: "UPDATE_COMPLETE" }], {
    ExecuteChangeSet: {
      states: [{ status: "DELETE_COMPLETE" }],
      events: [stackEvent("UPDATE_IN_PROGRESS")],
    },
  });
  await expect(aws.apply()).rejects.toThrow(
    /ended in DELETE_COMPLETE\.\n.*\nAnother run deleted it meanwhile\. Run the step again\./,
  );
});

test("a stack that another run deletes first is gone all the same", async () => {
  using aws = cloudFormation([{ status: "UPDATE_COMPLETE" }], {
    DeleteStack: { states: [{ status: "DELETE_COMPLETE" }], events: [] },
  });
  await expect(aws.remove()).resolves.toBeUndefined();
});
