import { readdir, readFile } from "node:fs/promises";
import { DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { parseConfig } from "../../pipeline/config.ts";
import { deployStack } from "../../pipeline/steps/deploy-stack.ts";
import {
  account,
  type BootstrapStand,
  type Document,
  list,
  openBootstrapStand,
} from "./bootstrap-stand.ts";

let stand: BootstrapStand;
let outputs: Record<string, string>;

beforeAll(async () => {
  stand = await openBootstrapStand();
  outputs = await stand.deploy({ Repository: "owner/name" });
});

afterAll(async () => stand[Symbol.asyncDispose]());

/** The SDK's clients whose name is not the service's in IAM. */
const services: Readonly<Record<string, string>> = {
  "sagemaker-runtime": "sagemaker",
  "application-auto-scaling": "application-autoscaling",
  sfn: "states",
  "cloudwatch-logs": "logs",
};

/** The requests that other permissions stand for. */
const permissionsOf: Readonly<Record<string, readonly string[]>> = {
  "s3:CompleteMultipartUpload": ["s3:PutObject"],
  "s3:CreateMultipartUpload": ["s3:PutObject"],
  "s3:HeadObject": ["s3:GetObject"],
  "s3:ListObjectsV2": ["s3:ListBucket"],
  "s3:ListObjectVersions": ["s3:ListBucketVersions"],
  "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
  "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
  "s3:UploadPart": ["s3:PutObject"],
};

/** What AWS asks for beside the request itself. */
const implied = [
  "cloudformation:ListStacks", // stacks described without a name
  "cloudformation:TagResource", // a change set with tags
  "cloudwatch:PutMetricAlarm", // what a scaling policy does
  "iam:CreateServiceLinkedRole", // the account's first scaled endpoint
  "iam:PassRole", // to SageMaker and to CloudFormation
  "sagemaker:UpdateEndpointWeightsAndCapacities", // what scaling does
];

/** Every request that the pipeline's code makes, as `service:Operation`. */
async function requests(): Promise<Set<string>> {
  const folder = new URL("../../pipeline/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const found = new Set<string>();
  for (const file of files) {
    const text = await readFile(new URL(file, folder), "utf8");
    for (const [, names = "", client = ""] of text.matchAll(
      /import \{([^}]*)\} from "@aws-sdk\/client-([a-z0-9-]+)"/g,
    )) {
      for (const [, paginated, command] of names.matchAll(/\bpaginate(\w+)|\b(\w+)Command\b/g)) {
        found.add(`${services[client] ?? client}:${paginated ?? command}`);
      }
    }
  }
  return found;
}

test("the pipeline role may do what the steps ask AWS for, and no more", async () => {
  const asked = [...(await requests())].flatMap((one) => permissionsOf[one] ?? [one]);
  const allowed = (await stand.policies("scones-pipeline")).flatMap(({ Statement }) =>
    Statement.flatMap(({ Action }) => list(Action)),
  );
  expect([...new Set(allowed)].toSorted()).toEqual([...new Set([...asked, ...implied])].toSorted());
});

test("alarms are described on all of them, as AWS decides it, by every role that may", async () => {
  const roles = ["pipeline", "sagemaker-execution", "cloudformation-execution"];
  const documents = await Promise.all(roles.map((name) => stand.policies(`scones-${name}`)));
  const found = documents
    .flat()
    .flatMap(({ Statement }) =>
      Statement.filter(({ Action }) => list(Action).includes("cloudwatch:DescribeAlarms")),
    );
  expect(found.map(({ Resource }) => Resource)).toEqual(["*", "*", "*"]);
});

test("every role of the application takes the boundary where there is one", async () => {
  const application = new URL("../../cloudformation/application.yaml", import.meta.url);
  const { Resources } = parse(await readFile(application, "utf8"), { logLevel: "silent" }) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  const found = Object.values(Resources).filter(({ Type }) => Type === "AWS::IAM::Role");
  expect(found.map(({ Properties }) => Properties["PermissionsBoundary"])).toEqual(
    Array.from({ length: 7 }, () => [
      "HasPermissionsBoundary",
      "PermissionsBoundaryArn",
      "AWS::NoValue",
    ]),
  );
});

test("the boundary covers what the application's roles allow", async () => {
  const { context } = stand;
  const { stackName } = await deployStack(context, parseConfig("environment: test"), {
    endpointName: "scones-test",
    bucket: outputs["ArtifactBucket"] ?? "",
    pollIntervalMs: 50,
  });
  const { StackResources = [] } = await context.clients.cloudformation.send(
    new DescribeStackResourcesCommand({ StackName: stackName }),
  );
  const names = StackResources.filter(({ ResourceType }) => ResourceType === "AWS::IAM::Role").map(
    ({ PhysicalResourceId = "" }) => PhysicalResourceId,
  );
  const documents = (await Promise.all(names.map((name) => stand.policies(name)))).flat();
  const asked = documents.flatMap(({ Statement }) =>
    Statement.flatMap(({ Action, Resource, Condition = {} }) =>
      list(Resource).flatMap((resource) =>
        list(Action).map((action) => ({
          action,
          resource,
          context: Object.assign({}, ...Object.values(Condition)) as Record<string, string>,
        })),
      ),
    ),
  );
  const boundary = await stand.managedPolicy(outputs["PermissionsBoundaryArn"] ?? "");
  expect(asked.length).toBeGreaterThan(20);
  expect(await stand.refusals([boundary], asked)).toEqual([]);
});

const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const applicationRole = role("scones-test-application-Role-1");
const policy = `arn:aws:iam::${account}:policy/scones-boundary`;
const bounded = { "iam:PermissionsBoundary": policy };
const passedTo = (service: string) => ({ "iam:PassedToService": `${service}.amazonaws.com` });

test.each<[string, string, Record<string, string>, boolean]>([
  ["iam:CreateRole", applicationRole, bounded, true],
  ["iam:CreateRole", applicationRole, {}, false],
  ["iam:CreateRole", role("another"), bounded, false],
  ["iam:PutRolePolicy", applicationRole, bounded, true],
  ["iam:PutRolePolicy", role("scones-pipeline"), bounded, false],
  ["iam:UpdateAssumeRolePolicy", role("scones-pipeline"), {}, false],
  ["iam:PutRolePermissionsBoundary", applicationRole, {}, false],
  ["iam:DeleteRolePermissionsBoundary", applicationRole, bounded, false],
  ["iam:AttachRolePolicy", applicationRole, bounded, false],
  ["iam:CreatePolicyVersion", policy, {}, false],
  ["iam:PassRole", applicationRole, passedTo("lambda"), true],
  ["iam:PassRole", applicationRole, passedTo("ec2"), false],
  ["iam:PassRole", role("scones-pipeline"), passedTo("lambda"), false],
])("CloudFormation's role and %s on %s under %j: %s", async (action, resource, context, may) => {
  const documents = await stand.policies("scones-cloudformation-execution");
  expect(await isAllowed(documents, action, resource, context)).toBe(may);
});

test("Model Monitor's analyzer and the merger of its labels may be pulled, and no other repository's like them", async () => {
  const documents = await stand.policies("scones-sagemaker-execution");
  const pulls = documents.flatMap(({ Statement }) =>
    Statement.filter(({ Sid }) => Sid === "PullAlgorithm"),
  );
  expect(pulls.flatMap(({ Resource }) => list(Resource))).toEqual([
    "arn:aws:ecr:us-east-1:811284229777:repository/image-classification",
    "arn:aws:ecr:us-east-1:*:repository/sagemaker-model-monitor-*",
  ]);
});

const stackArn = (name: string) =>
  `arn:aws:cloudformation:us-east-1:${account}:stack/${name}/00000000-0000-0000-0000-000000000000`;
const sagemakerArn = (name: string) => `arn:aws:sagemaker:us-east-1:${account}:${name}`;
const underTheRole = { "cloudformation:RoleArn": role("scones-cloudformation-execution") };
const ours = { "aws:ResourceTag/scones:project": "scones" };

test.each<[string, string, Record<string, string>, boolean]>([
  ["cloudformation:CreateChangeSet", stackArn("scones-test-application"), underTheRole, true],
  ["cloudformation:CreateChangeSet", stackArn("scones-test-application"), {}, false],
  ["cloudformation:CreateChangeSet", stackArn("scones-bootstrap"), underTheRole, false],
  ["cloudformation:DeleteStack", stackArn("scones-bootstrap"), {}, false],
  ["sagemaker:DeleteEndpoint", sagemakerArn("endpoint/scones-test"), ours, true],
  ["sagemaker:DeleteEndpoint", sagemakerArn("endpoint/scones-test"), {}, false],
  ["sagemaker:DeleteEndpoint", sagemakerArn("endpoint/another"), ours, false],
  ["sagemaker:CreateEndpoint", sagemakerArn("endpoint/scones-test"), {}, false],
  ["iam:PassRole", role("scones-sagemaker-execution"), passedTo("sagemaker"), true],
  ["iam:PassRole", role("scones-sagemaker-execution"), passedTo("lambda"), false],
])("the pipeline role and %s on %s under %j: %s", async (action, resource, context, may) => {
  const documents = await stand.policies("scones-pipeline");
  expect(await isAllowed(documents, action, resource, context)).toBe(may);
});

async function isAllowed(
  documents: readonly Document[],
  action: string,
  resource: string,
  context: Record<string, string>,
): Promise<boolean> {
  return (await stand.refusals(documents, [{ action, resource, context }])).length === 0;
}
