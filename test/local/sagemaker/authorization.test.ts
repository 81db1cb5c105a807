import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { loadApiModel, shapeOf } from "../../../local/sagemaker/api-model.ts";
import { autoscalingOperations } from "../../../local/sagemaker/scaling/autoscaling.ts";
import { checksOf } from "../../../local/sagemaker/authorization.ts";
import { sagemakerOperations } from "../../../local/sagemaker/router.ts";
import { scalingChecksOf } from "../../../local/sagemaker/scaling/scaling-authorization.ts";
import type { Service } from "../../../local/sagemaker/service.ts";
import { apiModels } from "./fixture.ts";

interface Reference {
  readonly Actions: Readonly<Record<string, { readonly Resources?: readonly string[] }>>;
}

const service = {
  region: "us-east-1",
  account: "000000000000",
  tags: new Map([
    ["arn:aws:sagemaker:us-east-1:000000000000:endpoint/e", new Map([["team", "bay"]])],
  ]),
  scalableTargets: new Map(),
} as unknown as Service;

// cfn-lint, which lies beside botocore, carries AWS's service authorization reference.
const data = await apiModels();
const reference = JSON.parse(
  await readFile(path.join(data, "../../cfnlint/data/AdditionalSpecs/Policies.json"), "utf8"),
) as Readonly<Record<string, Reference>>;
const model = await loadApiModel(data, "sagemaker");

/** A request that fills every top-level member of type string. */
function requestOf(operation: string): Record<string, string> {
  const { input } = model.operations[operation] ?? {};
  const { members = {} } = shapeOf(model, input?.shape ?? "");
  const strings = Object.entries(members).filter(
    ([, { shape }]) => shapeOf(model, shape).type === "string",
  );
  return Object.fromEntries(
    strings.map(([name]) => [
      name,
      name === "ResourceArn" ? "arn:aws:sagemaker:us-east-1:000000000000:model/x" : "x",
    ]),
  );
}

const typeOf = (resource: string) => resource.split(":")[5]?.split("/")[0];

test.each([...Object.keys(sagemakerOperations(service)), "InvokeEndpoint"])(
  "%s is checked on the resources that AWS's reference gives it",
  (operation) => {
    const request = operation === "InvokeEndpoint" ? { EndpointName: "x" } : requestOf(operation);
    const known = reference["sagemaker"]?.Actions[operation.toLowerCase()];
    expect(known).toBeDefined();
    const resources = checksOf(service, operation, request)
      .filter(({ action }) => action === `sagemaker:${operation}`)
      .map(({ resource }) => resource);
    const types = resources.map(typeOf);
    expect(known?.Resources ?? [undefined]).toEqual(expect.arrayContaining(types));
  },
);

test.each(Object.keys(autoscalingOperations(service)))(
  "%s is checked on a scalable target where AWS's reference has it so",
  (operation) => {
    const known = reference["application-autoscaling"]?.Actions[operation.toLowerCase()];
    const request = { ServiceNamespace: "sagemaker", ResourceId: "endpoint/e/variant/v" };
    const [first] = scalingChecksOf(service, operation, request);
    expect(first?.action).toBe(`application-autoscaling:${operation}`);
    const expected = known?.Resources === undefined ? undefined : "scalable-target";
    expect(typeOf(first?.resource ?? "")).toBe(expected);
  },
);

test("a creation with tags is also checked for adding them, and for passing its role", () => {
  const checks = checksOf(service, "CreateModel", {
    ModelName: "m",
    ExecutionRoleArn: "arn:aws:iam::000000000000:role/r",
    Tags: [{ Key: "team", Value: "bay" }],
  });
  const resource = "arn:aws:sagemaker:us-east-1:000000000000:model/m";
  const tags = { "aws:RequestTag/team": "bay", "aws:TagKeys": ["team"] };
  expect(checks).toEqual([
    { action: "sagemaker:CreateModel", resource, context: tags },
    {
      action: "sagemaker:AddTags",
      resource,
      context: { ...tags, "sagemaker:TaggingAction": "CreateModel" },
    },
    {
      action: "iam:PassRole",
      resource: "arn:aws:iam::000000000000:role/r",
      context: { "iam:PassedToService": "sagemaker.amazonaws.com" },
    },
  ]);
});

test("the tags of a resource are conditions, and what a request asks for", () => {
  const [endpoint, config] = checksOf(service, "UpdateEndpoint", {
    EndpointName: "e",
    EndpointConfigName: "c",
  });
  expect(endpoint?.context).toMatchObject({ "aws:ResourceTag/team": "bay" });
  expect(config?.context).toEqual({});
  const [training] = checksOf(service, "CreateTrainingJob", {
    TrainingJobName: "t",
    ResourceConfig: { InstanceType: "ml.m5.large" },
  });
  expect(training?.context).toEqual({ "sagemaker:InstanceTypes": ["ml.m5.large"] });
});
