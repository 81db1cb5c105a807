import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Conformance, openConformance, operations } from "./conformance.ts";
import { bucket, image, put, putModel, role, until } from "./fixture.ts";
import { dataQuality, hourly, modelQuality, now } from "./monitoring/monitoring-fixture.ts";
import { putChannels, trainingJob } from "./training/training-fixture.ts";

let conformance: Conformance;

beforeAll(async () => {
  conformance = await openConformance();
});
afterAll(() => conformance[Symbol.asyncDispose]());

test("the answers about training jobs hold against the API model at every stage", async () => {
  const { fixture, sagemaker, after } = conformance;
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

test("the answers about tuning jobs hold against the API model at every stage", async () => {
  const { fixture, sagemaker, after } = conformance;
  await putChannels(fixture);
  const start = (HyperParameterTuningJobName: string, act: string) => {
    const { TrainingJobName: _name, HyperParameters, ...definition } = trainingJob("none");
    return sagemaker("CreateHyperParameterTuningJob", {
      HyperParameterTuningJobName,
      HyperParameterTuningJobConfig: {
        Strategy: "Bayesian",
        HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
        ResourceLimits: { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1 },
        ParameterRanges: {
          ContinuousParameterRanges: [{ Name: "learning_rate", MinValue: "0", MaxValue: "1" }],
        },
      },
      TrainingJobDefinition: { ...definition, StaticHyperParameters: { ...HyperParameters, act } },
    });
  };
  for (const [name, act, status] of [
    ["tune", "learn", "Completed"],
    ["tune-fail", "fail", "Failed"],
  ] as const) {
    const job = { HyperParameterTuningJobName: name };
    await start(name, act);
    await after("DescribeHyperParameterTuningJob", job, "HyperParameterTuningJobStatus", status);
    await sagemaker("ListTrainingJobsForHyperParameterTuningJob", job);
    await sagemaker("ListHyperParameterTuningJobs");
    await sagemaker("DeleteHyperParameterTuningJob", job);
  }
  await start("tune-hang", "hang");
  const hanging = { HyperParameterTuningJobName: "tune-hang" };
  await sagemaker("StopHyperParameterTuningJob", hanging);
  const describe = "DescribeHyperParameterTuningJob";
  const stopped = await after(describe, hanging, "HyperParameterTuningJobStatus", "Stopped");
  expect(stopped).not.toHaveProperty("BestTrainingJob");
});

test("the answers about models, transforms and endpoints hold against the API model", async () => {
  const { fixture, sagemaker, after } = conformance;
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
  await sagemaker("UpdateEndpointWeightsAndCapacities", {
    ...endpoint,
    DesiredWeightsAndCapacities: [{ VariantName: "v", DesiredInstanceCount: 2 }],
  });
  await after("DescribeEndpoint", endpoint, "EndpointStatus", "Updating");
  await after("DescribeEndpoint", endpoint, "EndpointStatus", "InService");
  await callAutoscaling(conformance);
  await after("DescribeEndpoint", endpoint, "EndpointStatus", "InService");
  await callMonitoring(conformance);
  await sagemaker("DeleteEndpoint", endpoint);
  await sagemaker("DeleteEndpointConfig", { EndpointConfigName: "c" });
  await sagemaker("DeleteModel", { ModelName: "m" });
  expect(await sagemaker("ListModels")).toEqual({ Models: [] });
});

async function callAutoscaling({ autoscaling }: Conformance): Promise<void> {
  const ServiceNamespace = "sagemaker";
  const target = {
    ServiceNamespace,
    ResourceId: "endpoint/e/variant/v",
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  };
  await autoscaling("RegisterScalableTarget", { ...target, MinCapacity: 3, MaxCapacity: 4 });
  await autoscaling("DescribeScalingActivities", { ServiceNamespace });
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

async function callMonitoring({ sagemaker, after }: Conformance): Promise<void> {
  await sagemaker("CreateDataQualityJobDefinition", dataQuality);
  await sagemaker("DescribeDataQualityJobDefinition", { JobDefinitionName: "d" });
  await sagemaker("ListDataQualityJobDefinitions", { EndpointName: "e" });
  await sagemaker("CreateModelQualityJobDefinition", modelQuality);
  await sagemaker("DescribeModelQualityJobDefinition", { JobDefinitionName: "q" });
  await sagemaker("ListModelQualityJobDefinitions");
  const schedule = { MonitoringScheduleName: "s" };
  const settled = (status: string) =>
    after("DescribeMonitoringSchedule", schedule, "MonitoringScheduleStatus", status);
  const describe = (MonitoringScheduleConfig: unknown) => ({
    ...schedule,
    MonitoringScheduleConfig,
  });
  await sagemaker("CreateMonitoringSchedule", describe(hourly));
  await settled("Scheduled");
  await sagemaker("UpdateMonitoringSchedule", describe(now));
  await settled("Scheduled");
  const executions = () => sagemaker("ListMonitoringExecutions", { ...schedule, MaxResults: 1 });
  const { ProcessingJobArn } = await until(async () => {
    const { MonitoringExecutionSummaries } = await executions();
    const [found] = MonitoringExecutionSummaries as Record<string, string>[];
    return found?.["MonitoringExecutionStatus"] === "Failed" && found;
  });
  const ProcessingJobName = ProcessingJobArn?.split("/").at(-1);
  await sagemaker("DescribeProcessingJob", { ProcessingJobName });
  await sagemaker("StopMonitoringSchedule", schedule);
  await settled("Stopped");
  await sagemaker("StartMonitoringSchedule", schedule);
  await settled("Scheduled");
  await sagemaker("ListMonitoringSchedules");
  await until(async () => {
    const { MonitoringExecutionSummaries } = await sagemaker("ListMonitoringExecutions");
    const found = MonitoringExecutionSummaries as Record<string, string>[];
    return found.every((one) => one["MonitoringExecutionStatus"] === "Failed");
  });
  await sagemaker("DeleteMonitoringSchedule", schedule);
  await sagemaker("DeleteDataQualityJobDefinition", { JobDefinitionName: "d" });
  await sagemaker("DeleteModelQualityJobDefinition", { JobDefinitionName: "q" });
}

test("the answers about model packages hold against the API model", async () => {
  const { sagemaker } = conformance;
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
  expect([...conformance.answered].toSorted()).toEqual(operations.toSorted());
});
