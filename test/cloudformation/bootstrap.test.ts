import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse as parseYaml } from "yaml";
import { startOidcIssuer } from "../../local/oidc-issuer.ts";
import { algorithmImage } from "../../pipeline/training/algorithm-image.ts";
import {
  account,
  type BootstrapStand,
  type Document,
  list,
  openBootstrapStand,
  parse,
  template,
} from "./bootstrap-stand.ts";

const longest = {
  Project: "sixteen-letters1",
  Repository: `${"o".repeat(39)}/${"r".repeat(40)}`,
  OwnerId: "123456789",
  RepositoryId: "1234567890",
  Environments: "production,staging,preview",
  PicturesBucket: "b".repeat(63),
  PicturesPrefix: "a/prefix/of/own/pictures/",
};
const roles = ["pipeline", "sagemaker-execution", "cloudformation-execution"] as const;

let stand: BootstrapStand;
let outputs: Record<string, string>;

beforeAll(async () => {
  stand = await openBootstrapStand();
  outputs = await stand.deploy({ Repository: "owner/name" });
  await stand.deploy(longest);
});

afterAll(async () => stand[Symbol.asyncDispose]());

const allDocuments = async (): Promise<Document[]> => [
  ...(await Promise.all(roles.map((role) => stand.policies(`scones-${role}`)))).flat(),
  await stand.managedPolicy(outputs["PermissionsBoundaryArn"] ?? ""),
];

test("the stack comes up and says what the GitHub variables are to be", () => {
  expect(outputs).toEqual({
    PipelineRoleArn: `arn:aws:iam::${account}:role/scones-pipeline`,
    ExecutionRoleArn: `arn:aws:iam::${account}:role/scones-sagemaker-execution`,
    CloudFormationRoleArn: `arn:aws:iam::${account}:role/scones-cloudformation-execution`,
    PermissionsBoundaryArn: `arn:aws:iam::${account}:policy/scones-boundary`,
    ArtifactBucket: `scones-artifacts-${account}-us-east-1`,
    OidcProviderArn: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
  });
});

const subjects = async (roleName: string) => {
  const { AssumeRolePolicyDocument } = await stand.role(roleName);
  return parse(AssumeRolePolicyDocument).Statement.map(({ Condition }) => {
    expect(Object.keys(Condition ?? {})).toEqual(["StringEquals"]);
    const { StringEquals = {} } = Condition ?? {};
    const { "token.actions.githubusercontent.com:sub": sub, ...rest } = StringEquals;
    expect(rest).toEqual({ "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" });
    return Array.from(new Set(sub as string[]));
  });
};

test("the pipeline role trusts one branch and the environments of one repository, nothing wider", async () => {
  expect(await subjects("scones-pipeline")).toEqual([
    ["repo:owner/name:ref:refs/heads/main", "repo:owner/name:environment:production"],
  ]);
});

test("with its ids the repository is trusted in both forms of sub, for each environment", async () => {
  const [owner, name] = longest.Repository.split("/");
  const forms = [
    `repo:${longest.Repository}`,
    `repo:${owner}@${longest.OwnerId}/${name}@${longest.RepositoryId}`,
  ];
  expect(await subjects(`${longest.Project}-pipeline`)).toEqual(
    forms.map((form) => [
      `${form}:ref:refs/heads/main`,
      `${form}:environment:production`,
      `${form}:environment:staging`,
      `${form}:environment:preview`,
    ]),
  );
});

test("one id without the other is refused", async () => {
  await expect(
    stand.deploy({ Project: "half", Repository: "owner/name", OwnerId: "1" }),
  ).rejects.toThrow(/both ids/);
});

test("a reader without a budget is refused", async () => {
  await expect(
    stand.deploy({ Project: "half", Repository: "owner/name", BudgetEmail: "me@example.com" }),
  ).rejects.toThrow(/Give both, MonthlyBudget and BudgetEmail, or none/);
});

test("the budget counts what carries the project's tag, and mails at 80% and by forecast", () => {
  const { Resources } = parseYaml(template, { logLevel: "silent" }) as {
    Resources: { Budget: { Condition: string; Properties: Record<string, unknown> } };
  };
  const { Condition, Properties } = Resources.Budget;
  expect(Condition).toBe("HasBudget");
  expect(Properties).toMatchObject({
    Budget: { CostFilters: { TagKeyValue: [["$", ["user:scones:project", "Project"]]] } },
    NotificationsWithSubscribers: [
      { Notification: { NotificationType: "ACTUAL", Threshold: 80 } },
      { Notification: { NotificationType: "FORECASTED", Threshold: 100 } },
    ],
  });
});

test.each([
  ["repo:owner/name:ref:refs/heads/main", true],
  ["repo:owner/name:environment:production", true],
  ["repo:owner/name:environment:staging", false],
  ["repo:owner/name:ref:refs/heads/other", false],
  ["repo:owner/name:pull_request", false],
  ["repo:owner/name-too:ref:refs/heads/main", false],
])("a job of %s gets in: %s", async (sub, getsIn) => {
  await using issuer = await startOidcIssuer({ sub });
  const sts = new STSClient({});
  const session = sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: outputs["PipelineRoleArn"],
      RoleSessionName: "test",
      WebIdentityToken: await issuer.token("sts.amazonaws.com"),
    }),
  );
  const answer = await session.then(
    () => "a session",
    (error: unknown) => String(error),
  );
  expect(answer).toMatch(getsIn ? "a session" : "Not authorized");
  sts.destroy();
});

test("every statement has a name of its own, and every permission its full name", async () => {
  for (const { Statement } of await allDocuments()) {
    const names = Statement.map(({ Sid }) => Sid);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain(undefined);
    const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
    expect(
      allowed.flatMap(({ Action }) => list(Action)).filter((one) => one.includes("*")),
    ).toEqual([]);
  }
});

test("only what knows no resources is allowed on all of them", async () => {
  const everywhere = (await allDocuments()).flatMap(({ Statement }) =>
    Statement.filter(({ Effect, Resource }) => Effect === "Allow" && list(Resource).includes("*")),
  );
  expect(everywhere.map(({ Sid }) => Sid)).toEqual([
    "List", // SageMaker's and Application Auto Scaling's listings, of this region
    "LookAtAlarms", // decided on all alarms, of this region
    "PublishMonitoring", // of the namespace Scones
    "FindStacks", // stacks that have expired, of this region
    "LogInToRegistry", // a token is of the whole registry
    "WriteMetrics", // metrics have no ARN: held by their namespace
    "LookAtRollbackAlarms", // likewise, under the model's role
    "LookAtAlarms", // likewise, under CloudFormation's role
    "DescribeAndDeliverLogs", // of this region
    "DeliverLogsAndTraces", // the boundary: log delivery and X-Ray have no ARN
    "ListForStudio", // the boundary: listings, of this region
  ]);
});

test("roles are handed only to the service that they are for", async () => {
  const passed = (await allDocuments()).flatMap(({ Statement }) =>
    Statement.filter(({ Action }) => list(Action).includes("iam:PassRole")),
  );
  expect(passed.map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
    [outputs["ExecutionRoleArn"], service("sagemaker.amazonaws.com")],
    [outputs["CloudFormationRoleArn"], service("cloudformation.amazonaws.com")],
    [
      `arn:aws:iam::${account}:role/scones-*`,
      service(["lambda.amazonaws.com", "states.amazonaws.com"]),
    ],
    [`arn:aws:iam::${account}:role/scones-*-studio-*`, service("sagemaker.amazonaws.com")],
  ]);
});

const service = (name: string | string[]) => ({ StringEquals: { "iam:PassedToService": name } });

test("the documents are within IAM's sizes, with the longest names and the longest region too", async () => {
  const { Mappings } = parseYaml(template, { logLevel: "silent" }) as {
    Mappings: { AlgorithmRegistry: Record<string, unknown> };
  };
  const regions = Object.keys(Mappings.AlgorithmRegistry);
  const [longestRegion = ""] = regions.toSorted((a, b) => b.length - a.length);
  expect(longestRegion.length).toBeGreaterThan("us-east-1".length);
  const sizeOf = (document: unknown) =>
    JSON.stringify(document).replaceAll("us-east-1", longestRegion).length;
  for (const project of ["scones", longest.Project]) {
    for (const role of roles) {
      const { AssumeRolePolicyDocument } = await stand.role(`${project}-${role}`);
      expect(JSON.stringify(parse(AssumeRolePolicyDocument)).length).toBeLessThanOrEqual(2048);
      const sizes = (await stand.policies(`${project}-${role}`)).map(sizeOf);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_240);
    }
    const boundary = await stand.managedPolicy(
      `arn:aws:iam::${account}:policy/${project}-boundary`,
    );
    expect(sizeOf(boundary)).toBeLessThanOrEqual(6144);
  }
});

test("the template fits into a request, as aws cloudformation deploy sends it without a bucket", () => {
  expect(Buffer.byteLength(template)).toBeLessThanOrEqual(51_200);
});

test("the image is pulled from the registry that the training job names", () => {
  const { Mappings } = parseYaml(template, { logLevel: "silent" }) as {
    Mappings: { AlgorithmRegistry: Record<string, { Account: string }> };
  };
  for (const [region, { Account }] of Object.entries(Mappings.AlgorithmRegistry)) {
    expect(algorithmImage(region)).toContain(`${Account}.dkr.ecr.${region}.`);
  }
  expect(() => algorithmImage("nowhere-1")).toThrow(
    `Choose one of ${Object.keys(Mappings.AlgorithmRegistry).join(", ")}.`,
  );
});

test("the bucket is closed, versioned, encrypted and owned by the account", async () => {
  const { s3 } = stand.context.clients;
  const bucket = { Bucket: outputs["ArtifactBucket"] };
  const [block, versioning, encryption, ownership] = await Promise.all([
    s3.send(new GetPublicAccessBlockCommand(bucket)),
    s3.send(new GetBucketVersioningCommand(bucket)),
    s3.send(new GetBucketEncryptionCommand(bucket)),
    s3.send(new GetBucketOwnershipControlsCommand(bucket)),
  ]);
  expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual(
    Array.from({ length: 4 }, () => true),
  );
  expect(versioning.Status).toBe("Enabled");
  expect(encryption.ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject({
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
  });
  expect(ownership.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: "BucketOwnerEnforced" }]);
});
