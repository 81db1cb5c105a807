import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type ApiModel, loadApiModel, shapeOf } from "../../../local/sagemaker/api-model.ts";
import { patternOf, violations } from "../../../local/sagemaker/validation.ts";
import {
  apiModels,
  bucket,
  type Fixture,
  image,
  put,
  putChannels,
  putModel,
  role,
  startFixture,
  trainingJob,
  until,
} from "./fixture.ts";

const operations = `CreateTrainingJob DescribeTrainingJob StopTrainingJob ListTrainingJobs
CreateTransformJob DescribeTransformJob StopTransformJob CreateModel DescribeModel ListModels
DeleteModel CreateEndpointConfig DescribeEndpointConfig ListEndpointConfigs DeleteEndpointConfig
CreateEndpoint DescribeEndpoint UpdateEndpoint ListEndpoints DeleteEndpoint CreateModelPackageGroup
DescribeModelPackageGroup ListModelPackageGroups DeleteModelPackageGroup CreateModelPackage
DescribeModelPackage UpdateModelPackage ListModelPackages DeleteModelPackage AddTags ListTags
DeleteTags ListTransformJobs RegisterScalableTarget PutScalingPolicy DescribeScalableTargets DescribeScalingPolicies
DeregisterScalableTarget DeleteScalingPolicy`;

type Body = Record<string, unknown>;

let fixture: Fixture;
let models: { SageMaker: ApiModel; AnyScaleFrontendService: ApiModel };
const answered = new Set<string>();

beforeAll(async () => {
  fixture = await startFixture();
  const folder = await apiModels();
  models = {
    SageMaker: await loadApiModel(folder, "sagemaker"),
    AnyScaleFrontendService: await loadApiModel(folder, "application-autoscaling"),
  };
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Calls an operation as any client does on the wire, and holds its answer against the API model. */
async function call(target: string, input: Body): Promise<Body> {
  const [prefix, operation = ""] = target.split(".");
  const model = models[prefix as keyof typeof models];
  const response = await fetch(fixture.endpoint, {
    method: "POST",
    headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(input),
  });
  const body = (await response.json()) as Body;
  expect([operation, response.status, response.status === 200 ? [] : body]).toEqual([
    operation,
    200,
    [],
  ]);
  const shape = model.operations[operation]?.output?.shape;
  expect([
    operation,
    shape === undefined ? Object.keys(body) : violations(model, shape, body),
  ]).toEqual([operation, []]);
  answered.add(operation);
  return body;
}

const sagemaker = (operation: string, input: Body = {}) => call(`SageMaker.${operation}`, input);
const autoscaling = (operation: string, input: Body) =>
  call(`AnyScaleFrontendService.${operation}`, input);

async function after(operation: string, input: Body, member: string, status: string) {
  return until(async () => {
    const answer = await sagemaker(operation, input);
    return answer[member] === status && answer;
  });
}

test("the answers about training jobs hold against the API model at every stage", async () => {
  await putChannels(fixture);
  const job = { TrainingJobName: "train" };
  const Tags = [{ Key: "team", Value: "vehicles" }];
  const { TrainingJobArn } = await sagemaker("CreateTrainingJob", {
    ...trainingJob("train"),
    Tags,
  });
  await after("DescribeTrainingJob", job, "TrainingJobStatus", "Completed");
  await sagemaker("ListTrainingJobs", { MaxResults: 1 });
  await sagemaker("CreateTrainingJob", {
    ...trainingJob("hang", { HyperParameters: { act: "hang" } }),
  });
  const hanging = { TrainingJobName: "hang" };
  await after("DescribeTrainingJob", hanging, "SecondaryStatus", "Training");
  await sagemaker("StopTrainingJob", hanging);
  await after("DescribeTrainingJob", hanging, "TrainingJobStatus", "Stopped");
  await sagemaker("CreateTrainingJob", {
    ...trainingJob("fail", { HyperParameters: { act: "fail" } }),
  });
  await after("DescribeTrainingJob", { TrainingJobName: "fail" }, "TrainingJobStatus", "Failed");
  expect(await sagemaker("ListTags", { ResourceArn: TrainingJobArn })).toEqual({ Tags });
  const added = await sagemaker("AddTags", {
    ResourceArn: TrainingJobArn,
    Tags: [{ Key: "run", Value: "7" }],
  });
  expect(added["Tags"]).toHaveLength(2);
  await sagemaker("DeleteTags", { ResourceArn: TrainingJobArn, TagKeys: ["team"] });
  expect(await sagemaker("ListTags", { ResourceArn: TrainingJobArn })).toEqual({
    Tags: [{ Key: "run", Value: "7" }],
  });
});

test("the answers about models, transforms and endpoints hold against the API model", async () => {
  await putModel(fixture, "model.tar.gz", { answer: [0.75, 0.25] });
  const PrimaryContainer = { Image: image, ModelDataUrl: `s3://${bucket}/model.tar.gz` };
  await sagemaker("CreateModel", { ModelName: "m", ExecutionRoleArn: role, PrimaryContainer });
  await sagemaker("DescribeModel", { ModelName: "m" });
  await sagemaker("ListModels");
  await put(fixture, "pictures/a.png", "a");
  const transform = { TransformJobName: "transform" };
  await sagemaker("CreateTransformJob", {
    ...transform,
    ModelName: "m",
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${bucket}/pictures/` } },
    },
    TransformOutput: { S3OutputPath: `s3://${bucket}/predictions/` },
    TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
  });
  await sagemaker("StopTransformJob", transform);
  await after("DescribeTransformJob", transform, "TransformJobStatus", "Stopped");
  await sagemaker("ListTransformJobs");
  await sagemaker("CreateEndpointConfig", {
    EndpointConfigName: "c",
    ProductionVariants: [
      { VariantName: "v", ModelName: "m", InstanceType: "ml.m5.large", InitialInstanceCount: 1 },
    ],
    DataCaptureConfig: {
      EnableCapture: true,
      InitialSamplingPercentage: 50,
      DestinationS3Uri: `s3://${bucket}/capture`,
      CaptureOptions: [{ CaptureMode: "InputAndOutput" }],
    },
  });
  await sagemaker("DescribeEndpointConfig", { EndpointConfigName: "c" });
  await sagemaker("ListEndpointConfigs");
  const endpoint = { EndpointName: "e" };
  await sagemaker("CreateEndpoint", { ...endpoint, EndpointConfigName: "c" });
  await after("DescribeEndpoint", endpoint, "EndpointStatus", "InService");
  await sagemaker("UpdateEndpoint", { ...endpoint, EndpointConfigName: "c" });
  await after("DescribeEndpoint", endpoint, "EndpointStatus", "Updating");
  await after("DescribeEndpoint", endpoint, "EndpointStatus", "InService");
  await sagemaker("ListEndpoints");
  await callAutoscaling();
  await sagemaker("DeleteEndpoint", endpoint);
  await sagemaker("DeleteEndpointConfig", { EndpointConfigName: "c" });
  await sagemaker("DeleteModel", { ModelName: "m" });
  expect(await sagemaker("ListModels")).toEqual({ Models: [] });
});

async function callAutoscaling(): Promise<void> {
  const ServiceNamespace = "sagemaker";
  const target = {
    ServiceNamespace,
    ResourceId: "endpoint/e/variant/v",
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  };
  await autoscaling("RegisterScalableTarget", { ...target, MinCapacity: 1, MaxCapacity: 4 });
  await autoscaling("PutScalingPolicy", {
    ...target,
    PolicyName: "p",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 1000,
      PredefinedMetricSpecification: {
        PredefinedMetricType: "SageMakerVariantInvocationsPerInstance",
      },
    },
  });
  await autoscaling("DescribeScalableTargets", { ServiceNamespace });
  await autoscaling("DescribeScalingPolicies", { ServiceNamespace });
  await autoscaling("DeleteScalingPolicy", { ...target, PolicyName: "p" });
  await autoscaling("DeregisterScalableTarget", target);
}

test("the answers about model packages hold against the API model", async () => {
  const group = { ModelPackageGroupName: "g" };
  await sagemaker("CreateModelPackageGroup", {
    ...group,
    ModelPackageGroupDescription: "vehicles",
  });
  await sagemaker("DescribeModelPackageGroup", group);
  await sagemaker("ListModelPackageGroups");
  const { ModelPackageArn } = await sagemaker("CreateModelPackage", {
    ...group,
    ModelApprovalStatus: "PendingManualApproval",
    CustomerMetadataProperties: { correct: "190" },
    InferenceSpecification: {
      Containers: [{ Image: image, ModelDataUrl: `s3://${bucket}/model.tar.gz` }],
      SupportedContentTypes: ["image/png"],
      SupportedResponseMIMETypes: ["application/json"],
    },
    ModelMetrics: {
      ModelQuality: {
        Statistics: { ContentType: "application/json", S3Uri: `s3://${bucket}/quality.json` },
      },
    },
  });
  await sagemaker("DescribeModelPackage", { ModelPackageName: ModelPackageArn });
  await sagemaker("UpdateModelPackage", { ModelPackageArn, ModelApprovalStatus: "Approved" });
  await sagemaker("DescribeModelPackage", { ModelPackageName: ModelPackageArn });
  await sagemaker("ListModelPackages", group);
  await sagemaker("DeleteModelPackage", { ModelPackageName: ModelPackageArn });
  await sagemaker("DeleteModelPackageGroup", group);
  expect(await sagemaker("ListModelPackageGroups")).toEqual({ ModelPackageGroupSummaryList: [] });
});

test("every operation of the local SageMaker was held against its model here", () => {
  expect([...answered].toSorted()).toEqual(operations.split(/\s+/).toSorted());
});

test("every pattern of the operations' requests can be checked", () => {
  const unchecked: string[] = [];
  for (const model of Object.values(models)) {
    const seen = new Set<string>();
    for (const operation of answered) walk(model, model.operations[operation]?.input?.shape, seen);
    for (const name of seen) {
      const { pattern } = shapeOf(model, name);
      if (pattern === undefined) continue;
      try {
        patternOf(pattern);
      } catch {
        unchecked.push(`${name}: ${pattern}`);
      }
    }
  }
  expect(unchecked).toEqual([]);
});

/** Collects the shapes that a shape is made of. */
function walk(model: ApiModel, name: string | undefined, seen: Set<string>): void {
  if (name === undefined || seen.has(name)) return;
  seen.add(name);
  const { members = {}, member, key, value } = shapeOf(model, name);
  const parts = [...Object.values(members), member, key, value];
  for (const part of parts) walk(model, part?.shape, seen);
}
