import { bucket, role } from "../fixture.ts";

const S3Uri = `s3://${bucket}/monitoring`;
const EndpointInput = { EndpointName: "e", LocalPath: "/opt/ml/processing/input" };
const ImageUri = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer";
const MonitoringOutputs = [{ S3Output: { S3Uri, LocalPath: "/opt/ml/processing/output" } }];

const job = {
  JobResources: {
    ClusterConfig: { InstanceCount: 1, InstanceType: "ml.m5.xlarge" as const, VolumeSizeInGB: 20 },
  },
  RoleArn: role,
};

/** What looks at the captures of the endpoint `e`. */
export const dataQuality = {
  JobDefinitionName: "d",
  DataQualityAppSpecification: { ImageUri },
  DataQualityJobInput: { EndpointInput },
  DataQualityJobOutputConfig: { MonitoringOutputs },
  ...job,
};

/** What holds its answers against labels. */
export const modelQuality = {
  JobDefinitionName: "q",
  ModelQualityAppSpecification: { ImageUri, ProblemType: "MulticlassClassification" as const },
  ModelQualityJobInput: {
    EndpointInput: { ...EndpointInput, InferenceAttribute: "predicted_class" },
    GroundTruthS3Input: { S3Uri: `s3://${bucket}/ground-truth` },
  },
  ModelQualityJobOutputConfig: { MonitoringOutputs },
  ...job,
};

export const hourly = {
  ScheduleConfig: { ScheduleExpression: "cron(0 * ? * * *)" },
  MonitoringJobDefinitionName: "d",
  MonitoringType: "DataQuality" as const,
};

/** The hour before it was asked, at once. */
export const now = {
  ...hourly,
  ScheduleConfig: {
    ScheduleExpression: "NOW",
    DataAnalysisStartTime: "-PT1H",
    DataAnalysisEndTime: "-PT0H",
  },
};
