import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import type { Document } from "./bootstrap-stand.ts";

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const read = async (name: string) => {
  const file = new URL(`../../cloudformation/${name}.yaml`, import.meta.url);
  const { Resources } = parse(await readFile(file, "utf8"), { logLevel: "silent" }) as {
    Resources: Readonly<Record<string, Resource>>;
  };
  return Resources;
};
const studio = await read("studio");
const { Boundary } = await read("bootstrap");
const actionsOf = ({ Statement }: Document) =>
  Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => [Action].flat());
const role = studio["ExecutionRole"]?.Properties as {
  readonly PermissionsBoundary: unknown;
  readonly Policies: readonly { readonly PolicyDocument: Document }[];
};
const documents = [
  ...role.Policies.map(({ PolicyDocument }) => PolicyDocument),
  studio["WorkInDomain"]?.Properties["PolicyDocument"] as Document,
];

test("Studio's role takes the boundary, and asks for nothing that the boundary refuses", () => {
  expect(role.PermissionsBoundary).toEqual([
    "HasPermissionsBoundary",
    "PermissionsBoundaryArn",
    "AWS::NoValue",
  ]);
  const most = new Set(actionsOf(Boundary?.Properties["PolicyDocument"] as Document));
  const asked = documents.flatMap(actionsOf).flat();
  expect(asked.length).toBeGreaterThan(30);
  expect(asked.filter((action) => !most.has(action))).toEqual([]);
});

test("Studio's role changes nothing but spaces and apps, and writes no object", () => {
  const changes = documents
    .flatMap(actionsOf)
    .flat()
    .filter((action) => !/:(Get|List|Describe|Filter)/.test(action));
  expect(changes.toSorted()).toEqual([
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sagemaker:AddTags",
    "sagemaker:CreateApp",
    "sagemaker:CreateSpace",
    "sagemaker:DeleteApp",
    "sagemaker:DeleteSpace",
    "sagemaker:UpdateSpace",
  ]);
});

test("the domain makes no file system, hands its tags on, and shuts JupyterLab down when it idles", () => {
  expect(studio["Domain"]?.Properties).toMatchObject({
    AuthMode: "IAM",
    HomeEfsFileSystemCreation: "Disabled",
    TagPropagation: "ENABLED",
    DefaultUserSettings: {
      JupyterLabAppSettings: {
        AppLifecycleManagement: {
          IdleSettings: { LifecycleManagement: "ENABLED", IdleTimeoutInMinutes: "IdleMinutes" },
        },
      },
    },
  });
});

test("domain, user profile and space outlive the stack, since the step deletes them before it", () => {
  const kept = Object.values(studio).filter(({ DeletionPolicy }) => DeletionPolicy !== undefined);
  expect(kept.map(({ Type, DeletionPolicy }) => [Type, DeletionPolicy])).toEqual([
    ["AWS::SageMaker::Domain", "RetainExceptOnCreate"],
    ["AWS::SageMaker::UserProfile", "RetainExceptOnCreate"],
    ["AWS::SageMaker::Space", "RetainExceptOnCreate"],
  ]);
});
