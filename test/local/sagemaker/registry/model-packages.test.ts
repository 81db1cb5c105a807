import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  UpdateModelPackageCommand,
} from "@aws-sdk/client-sagemaker";
import { bucket, type Fixture, image, putModel, role, startFixture } from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await putModel(fixture, "model.tar.gz", { answer: [1, 0] });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const InferenceSpecification = {
  Containers: [{ Image: image, ModelDataUrl: `s3://${bucket}/model.tar.gz` }],
  SupportedContentTypes: ["image/png"],
  SupportedResponseMIMETypes: ["application/json"],
};

const group = (ModelPackageGroupName: string) =>
  fixture.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));

async function register(ModelPackageGroupName: string, changes = {}): Promise<string> {
  const { ModelPackageArn = "" } = await fixture.sagemaker.send(
    new CreateModelPackageCommand({ ModelPackageGroupName, InferenceSpecification, ...changes }),
  );
  return ModelPackageArn;
}

const create = (input: object) => fixture.sagemaker.send(new CreateModelPackageCommand(input));

const describe = (ModelPackageName: string) =>
  fixture.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));

test("versions count up in their group, also over a deleted one, and are listed newest first where asked", async () => {
  await group("versions");
  const arn = "arn:aws:sagemaker:us-east-1:000000000000:model-package/versions";
  expect(await register("versions")).toBe(`${arn}/1`);
  expect(await register("versions")).toBe(`${arn}/2`);
  await fixture.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: `${arn}/2` }));
  expect(await register("versions")).toBe(`${arn}/3`);
  const { ModelPackageSummaryList = [] } = await fixture.sagemaker.send(
    new ListModelPackagesCommand({ ModelPackageGroupName: "versions", SortOrder: "Descending" }),
  );
  expect(ModelPackageSummaryList.map((one) => one.ModelPackageVersion)).toEqual([3, 1]);
});

test("a package keeps its metrics and metadata, and takes its approval", async () => {
  await group("metrics");
  const S3Uri = `s3://${bucket}/quality.json`;
  const ModelMetrics = { ModelQuality: { Statistics: { ContentType: "application/json", S3Uri } } };
  const CustomerMetadataProperties = { correct: "190", total: "200" };
  const ModelPackageArn = await register("metrics", { ModelMetrics, CustomerMetadataProperties });
  expect(await describe(ModelPackageArn)).toMatchObject({
    ModelPackageStatus: "Completed",
    ModelApprovalStatus: "PendingManualApproval",
    ModelMetrics,
    CustomerMetadataProperties,
  });
  await fixture.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn,
      ModelApprovalStatus: "Rejected",
      ApprovalDescription: "187 of 200",
      CustomerMetadataProperties: { gate: "closed" },
      CustomerMetadataPropertiesToRemove: ["total"],
    }),
  );
  expect(await describe("metrics/1")).toMatchObject({
    ModelApprovalStatus: "Rejected",
    ApprovalDescription: "187 of 200",
    CustomerMetadataProperties: { correct: "190", gate: "closed" },
  });
  const approved = { ModelPackageGroupName: "metrics", ModelApprovalStatus: "Approved" as const };
  const { ModelPackageSummaryList } = await fixture.sagemaker.send(
    new ListModelPackagesCommand(approved),
  );
  expect(ModelPackageSummaryList).toEqual([]);
});

test("only an approved package becomes a model", async () => {
  await group("deployed");
  const ModelPackageArn = await register("deployed");
  const model = new CreateModelCommand({
    ModelName: "deployed",
    ExecutionRoleArn: role,
    PrimaryContainer: { ModelPackageName: ModelPackageArn },
  });
  await expect(fixture.sagemaker.send(model)).rejects.toMatchObject({
    name: "ValidationException",
  });
  const ModelApprovalStatus = "Approved";
  await fixture.sagemaker.send(
    new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus }),
  );
  await fixture.sagemaker.send(model);
});

test("a group with packages in it can't be deleted", async () => {
  await group("full");
  const ModelPackageName = await register("full");
  const remove = () =>
    fixture.sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: "full" }));
  await expect(remove()).rejects.toMatchObject({ name: "ConflictException" });
  await fixture.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName }));
  await remove();
  await expect(remove()).rejects.toMatchObject({
    message: expect.stringMatching(/does not exist\.$/),
  });
  await expect(describe(ModelPackageName)).rejects.toMatchObject({
    name: "ValidationException",
    message: `ModelPackage ${ModelPackageName} does not exist.`,
  });
});

test("tags belong to the group, not to a version in it", async () => {
  await group("tagged");
  await expect(register("tagged", { Tags: [{ Key: "a", Value: "b" }] })).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("a request sent twice registers one version", async () => {
  await group("once");
  const first = await register("once", { ClientToken: "token-1" });
  expect(await register("once", { ClientToken: "token-1" })).toBe(first);
  expect(await register("once", { ClientToken: "token-2" })).not.toBe(first);
});

test("a package outside a group is unversioned, and listed where no group is asked for", async () => {
  const { sagemaker } = fixture;
  const alone = { ModelPackageName: "alone", InferenceSpecification };
  const { ModelPackageArn } = await sagemaker.send(new CreateModelPackageCommand(alone));
  expect(ModelPackageArn).toMatch(/:model-package\/alone$/);
  const { ModelPackageSummaryList } = await sagemaker.send(new ListModelPackagesCommand({}));
  expect(ModelPackageSummaryList).toMatchObject([{ ModelPackageName: "alone" }]);
  await expect(sagemaker.send(new CreateModelPackageCommand(alone))).rejects.toMatchObject({
    name: "ConflictException",
  });
});

test("a package needs a name or a group, and not both", async () => {
  await expect(create({})).rejects.toMatchObject({ message: "Missing ARN." });
  await expect(
    create({ ModelPackageName: "a", ModelPackageGroupName: "once" }),
  ).rejects.toMatchObject({
    message: expect.stringContaining("Cannot determine which one to use"),
  });
});
