import type {
  CreateDataQualityJobDefinitionCommandInput,
  CreateModelQualityJobDefinitionCommandInput,
  ProcessingInstanceType,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import { PREDICTED_CLASS } from "../monitoring/features.ts";
import { keys, names } from "../names.ts";
import { analyzerImage } from "./analyzer-image.ts";
import type { MonitorBaseline } from "./monitor-baseline.ts";

/** Of one job, half an hour. Model quality's execution is two: one merges the labels, one analyzes. */
export const LONGEST_SECONDS = 1800;
/** For a week of captures, the longest that model quality looks back on. */
const VOLUME_GB = 20;

/** What a model is watched by. */
export interface MonitoredModel {
  readonly bucket: string;
  /** Of the model: what may read its captures and its baseline may watch it. */
  readonly roleArn: string;
  readonly preprocessorUri: string;
  readonly baseline: MonitorBaseline;
}

type Settings = Pick<Config, "project" | "environment" | "region"> & {
  readonly instanceType: string;
};

type Specification<Input> = Omit<Input, "JobDefinitionName" | "Tags">;

/**
 * How the captured records are held against the baseline.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDataQualityJobDefinition.html
 */
export function dataQuality(
  settings: Settings,
  model: MonitoredModel,
): Specification<CreateDataQualityJobDefinitionCommandInput> {
  const { baseline } = model;
  return {
    DataQualityAppSpecification: application(settings, model),
    DataQualityBaselineConfig: {
      StatisticsResource: { S3Uri: baseline.statisticsUri },
      ConstraintsResource: { S3Uri: baseline.constraintsUri },
    },
    DataQualityJobInput: { EndpointInput: captures(settings) },
    DataQualityJobOutputConfig: output(settings, model),
    ...job(settings, model),
  };
}

/**
 * How the captured answers are held against the labels of the last seven days' pictures: labels come late.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-schedule.html
 */
export function modelQuality(
  settings: Settings,
  model: MonitoredModel,
): Specification<CreateModelQualityJobDefinitionCommandInput> {
  return {
    ModelQualityAppSpecification: {
      ...application(settings, model),
      ProblemType: "MulticlassClassification",
    },
    ModelQualityBaselineConfig: {
      ConstraintsResource: { S3Uri: model.baseline.qualityConstraintsUri },
    },
    ModelQualityJobInput: {
      EndpointInput: {
        ...captures(settings),
        InferenceAttribute: PREDICTED_CLASS,
        StartTimeOffset: "-P7D",
        EndTimeOffset: "-PT0H",
      },
      GroundTruthS3Input: { S3Uri: `s3://${model.bucket}/${keys.groundTruth(settings)}` },
    },
    ModelQualityJobOutputConfig: output(settings, model),
    ...job(settings, model),
  };
}

function application({ region }: Settings, { preprocessorUri }: MonitoredModel) {
  return {
    ImageUri: analyzerImage(region),
    RecordPreprocessorSourceUri: preprocessorUri,
    // monitor-endpoint has its own; a metric of each feature would cost by the month.
    Environment: { publish_cloudwatch_metrics: "Disabled" },
  };
}

function captures(settings: Settings) {
  return {
    EndpointName: names.endpoint(settings),
    LocalPath: "/opt/ml/processing/input/endpoint",
    S3InputMode: "File",
    S3DataDistributionType: "FullyReplicated",
  } as const;
}

function output(settings: Settings, { bucket }: MonitoredModel) {
  return {
    MonitoringOutputs: [
      {
        S3Output: {
          S3Uri: `s3://${bucket}/${keys.monitoring(settings)}model-monitor`,
          LocalPath: "/opt/ml/processing/output",
          S3UploadMode: "EndOfJob" as const,
        },
      },
    ],
  };
}

function job({ instanceType }: Settings, { roleArn }: MonitoredModel) {
  return {
    JobResources: {
      ClusterConfig: {
        InstanceCount: 1,
        InstanceType: instanceType as ProcessingInstanceType,
        VolumeSizeInGB: VOLUME_GB,
      },
    },
    NetworkConfig: { EnableNetworkIsolation: true },
    RoleArn: roleArn,
    StoppingCondition: { MaxRuntimeInSeconds: LONGEST_SECONDS },
  };
}
