import { CreateChangeSetCommand } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { applyStack, deleteStack } from "../../../pipeline/stack/stack.ts";
import { describeStack } from "../../../pipeline/stack/stack-status.ts";
import { placeTemplate } from "../../../pipeline/stack/stack-template.ts";
import { bucket, openStand, type Stand } from "../stand.ts";

const tags = [{ Key: "scones:project", Value: "test" }];
let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

beforeEach(() => {
  stand.lines.length = 0;
});

afterAll(async () => stand[Symbol.asyncDispose]());

const parameter = { Type: "String" };
const group = (retention: unknown) => ({
  Type: "AWS::Logs::LogGroup",
  Properties: { LogGroupName: "a", RetentionInDays: retention },
});
/** Deploys a log group, and after it what the test adds. */
const apply = (name: string, retention: string, more: Record<string, unknown> = {}) =>
  applyStack(stand.context, {
    name,
    template: {
      TemplateBody: JSON.stringify({
        Parameters: { Retention: parameter },
        Resources: { Logs: group({ Ref: "Retention" }), ...more },
        Outputs: { Name: { Value: { Ref: "Logs" } } },
      }),
    },
    parameters: { Retention: retention },
    tags,
    pollIntervalMs: 50,
  });
const broken = {
  Broken: {
    Type: "AWS::StepFunctions::StateMachine",
    DependsOn: "Logs",
    Properties: {
      RoleArn: "arn:aws:iam::000000000000:role/none",
      DefinitionS3Location: { Bucket: "scones-test", Key: "nothing/here" },
    },
  },
};

test("a stack is made, updated, left alone when nothing changes, and deleted", async () => {
  const created = await apply("life", "7");
  expect(created).toMatchObject({
    change: "created",
    status: "CREATE_COMPLETE",
    outputs: { Name: "a" },
  });
  expect(await apply("life", "14")).toMatchObject({ change: "updated", id: created.id });
  expect(await apply("life", "14")).toMatchObject({ change: "unchanged", outputs: { Name: "a" } });
  await deleteStack(stand.context, "life", { intervalMs: 50 });
  expect(await describeStack(stand.context, "life")).toBeUndefined();
  await expect(deleteStack(stand.context, "life", { intervalMs: 50 })).resolves.toBeUndefined();
});

test("the changes and then every event are shown once, in order", async () => {
  await apply("events", "7");
  expect(stand.lines).toEqual([
    "Add Logs (AWS::Logs::LogGroup)",
    "CREATE_IN_PROGRESS events (AWS::CloudFormation::Stack)",
    "CREATE_IN_PROGRESS Logs (AWS::Logs::LogGroup)",
    "CREATE_COMPLETE Logs (AWS::Logs::LogGroup)",
    "CREATE_COMPLETE events (AWS::CloudFormation::Stack)",
  ]);
  stand.lines.length = 0;
  await apply("events", "14");
  expect(stand.lines.filter((line) => line.startsWith("CREATE"))).toEqual([]);
  await deleteStack(stand.context, "events", { intervalMs: 50 });
});

test("a creation that failed names its root cause, and is deleted and made anew", async () => {
  await expect(apply("anew", "7", broken)).rejects.toThrow(
    /Stack anew ended in ROLLBACK_COMPLETE\.\nBroken \(AWS::StepFunctions::StateMachine\) CREATE_FAILED: .*nothing\/here/,
  );
  const { id } = (await describeStack(stand.context, "anew")) ?? {};
  const again = await apply("anew", "7");
  expect(again.change).toBe("created");
  expect(again.id).not.toBe(id);
  expect(stand.lines).toContain("stack anew is ROLLBACK_COMPLETE: deleting it to make it anew");
  await deleteStack(stand.context, "anew", { intervalMs: 50 });
});

test("an update that failed says that the stack is as it was", async () => {
  await apply("update", "7");
  await expect(apply("update", "7", broken)).rejects.toThrow(
    /UPDATE_ROLLBACK_COMPLETE\.\nBroken .*_FAILED: .*\nThe stack is as it was before\./,
  );
  expect(await apply("update", "7")).toMatchObject({ change: "unchanged" });
  await deleteStack(stand.context, "update", { intervalMs: 50 });
});

test("a stack that was only reviewed counts as absent", async () => {
  await stand.context.clients.cloudformation.send(
    new CreateChangeSetCommand({
      StackName: "reviewed",
      ChangeSetName: "somebody-elses",
      ChangeSetType: "CREATE",
      TemplateBody: JSON.stringify({ Resources: { Logs: group(7) } }),
    }),
  );
  await expect(deleteStack(stand.context, "reviewed", { intervalMs: 50 })).resolves.toBeUndefined();
  expect(await apply("reviewed", "7")).toMatchObject({ change: "created" });
  await deleteStack(stand.context, "reviewed", { intervalMs: 50 });
});

test("a template that CloudFormation refuses fails with its words", async () => {
  await expect(
    apply("refused", "7", { Endpoint: { Type: "AWS::SageMaker::Endpoint", Properties: {} } }),
  ).rejects.toThrow(/AWS::SageMaker::Endpoint/);
  expect(await describeStack(stand.context, "refused")).toBeUndefined();
});

test("a template over 51,200 bytes goes through S3", async () => {
  const template = JSON.stringify({
    Description: "large",
    Metadata: { Padding: "x".repeat(51_200) },
    Resources: { Logs: group(7) },
  });
  const place = () =>
    placeTemplate(stand.context, { bucket, prefix: "code/", region: "us-east-1" }, template);
  const input = { name: "large", parameters: {}, tags, pollIntervalMs: 50 };
  await expect(
    applyStack(stand.context, { ...input, template: { TemplateBody: template } }),
  ).rejects.toThrow("51200");
  const placed = await place();
  expect(placed).toEqual({
    TemplateURL: expect.stringMatching(
      /^https:\/\/s3\.us-east-1\.amazonaws\.com\/scones-test\/code\/application-[0-9a-f]{16}\.yaml$/,
    ),
  });
  expect(await applyStack(stand.context, { ...input, template: placed })).toMatchObject({
    change: "created",
  });
  expect(await place()).toEqual(placed);
  expect(stand.lines.at(-1)).toMatch(/is there already$/);
  await deleteStack(stand.context, "large", { intervalMs: 50 });
});
