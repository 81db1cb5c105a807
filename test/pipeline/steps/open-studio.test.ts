import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { parseConfig } from "../../../pipeline/config.ts";
import { openStudio } from "../../../pipeline/steps/studio.ts";
import { tags } from "../../../pipeline/tags.ts";
import { contextAnswering } from "../answering.ts";

const config = parseConfig("environment: test");
const input = {
  bucket: "bucket",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  cloudFormationRoleArn: "arn:aws:iam::000000000000:role/cloudformation",
  permissionsBoundaryArn: "arn:aws:iam::000000000000:policy/boundary",
  pollIntervalMs: 1,
};
const StackId = "arn:aws:cloudformation:us-east-1:000000000000:stack/scones-test-studio/1";
const outputs = { DomainId: "d-1", UserProfileName: "scientist" };

test("Studio is put up as a stack under CloudFormation's role, with the environment's tags", async () => {
  let made: Readonly<Record<string, unknown>> = {};
  let token: unknown;
  using context = contextAnswering((operation, asked) => {
    if (operation === "CreateChangeSet") {
      made = asked;
      return { Id: "change-set", StackId };
    }
    if (operation === "DescribeChangeSet") return { Status: "CREATE_COMPLETE", Changes: [] };
    if (operation === "ExecuteChangeSet") token = asked["ClientRequestToken"];
    if (operation === "DescribeStackEvents") {
      const event = { ResourceStatus: "CREATE_COMPLETE", PhysicalResourceId: StackId };
      return { StackEvents: [{ EventId: "1", ClientRequestToken: token, ...event }] };
    }
    if (operation !== "DescribeStacks") return {};
    if (token === undefined) throw new Error("Stack scones-test-studio does not exist");
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
      OutputKey,
      OutputValue,
    }));
    const StackName = "scones-test-studio";
    return { Stacks: [{ StackId, StackName, StackStatus: "CREATE_COMPLETE", Outputs }] };
  });
  expect(await openStudio(context, config, input)).toEqual({
    change: "created",
    domainId: "d-1",
    userProfileName: "scientist",
  });
  expect(made).toMatchObject({
    StackName: "scones-test-studio",
    RoleARN: input.cloudFormationRoleArn,
    Tags: tags(config),
  });
  const given = made["Parameters"] as { ParameterKey: string; ParameterValue: string }[];
  const parameters = Object.fromEntries(
    given.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  );
  expect(parameters).toEqual({
    Project: "scones",
    Environment: "test",
    ArtifactBucket: "bucket",
    VpcId: "vpc-1",
    SubnetIds: "subnet-1,subnet-2",
    PermissionsBoundaryArn: input.permissionsBoundaryArn,
  });
  const template = parse(String(made["TemplateBody"]), { logLevel: "silent" }) as {
    Parameters: object;
  };
  expect(Object.keys(template.Parameters)).toEqual(expect.arrayContaining(Object.keys(parameters)));
});
