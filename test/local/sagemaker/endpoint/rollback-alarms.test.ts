import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { UpdateEndpointCommand } from "@aws-sdk/client-sagemaker";
import { createEndpoint, type Fixture, role, settled, startFixture } from "../fixture.ts";

const Version = "2012-10-17";
const Effect = "Allow";
const RoleName = "execution";
const AlarmName = "watches";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ underRoles: true });
  const Principal = { Service: "sagemaker.amazonaws.com" };
  const trust = { Version, Statement: [{ Effect, Principal, Action: "sts:AssumeRole" }] };
  await fixture.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await allow("s3:GetObject");
  await createEndpoint(fixture, "watched");
  await fixture.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: "AWS/SageMaker",
      MetricName: "Invocation5XXErrors",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
});
afterAll(() => fixture[Symbol.asyncDispose]());

const allow = (Action: string) =>
  fixture.iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: Action.replace(":", "-"),
      PolicyDocument: JSON.stringify({ Version, Statement: [{ Effect, Action, Resource: "*" }] }),
    }),
  );

const update = () =>
  fixture.sagemaker.send(
    new UpdateEndpointCommand({
      EndpointName: "watched",
      EndpointConfigName: "watched",
      DeploymentConfig: { AutoRollbackConfiguration: { Alarms: [{ AlarmName }] } },
    }),
  );

test("an update looks at its alarms under the execution role", async () => {
  await expect(update()).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(
      `under the role ${role}: User: .* is not authorized to perform: cloudwatch:DescribeAlarms`,
    ),
  });
  await allow("cloudwatch:DescribeAlarms");
  await update();
  const after = await settled(fixture, "watched");
  expect(after).toMatchObject({ EndpointStatus: "InService", LastDeploymentConfig: {} });
  expect(after.FailureReason).toBeUndefined();
});
