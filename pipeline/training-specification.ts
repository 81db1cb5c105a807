import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import { algorithmImage } from "./algorithm-image.ts";
import type { Config } from "./config.ts";
import type { Dataset } from "./manifest.ts";
import { keys } from "./names.ts";

/** Everything that a training job is asked to do, but for its name and tags. */
export type TrainingSpecification = Omit<
  CreateTrainingJobCommandInput,
  "TrainingJobName" | "Tags" | "CheckpointConfig"
>;

/** The CreateTrainingJob request that trains this dataset on this instance type. */
export function trainingSpecification(
  config: Config,
  dataset: Dataset,
  { executionRoleArn, instanceType }: { executionRoleArn: string; instanceType: string },
): TrainingSpecification {
  const { training } = config;
  const { manifest } = dataset;
  const seconds = training.maxRuntimeMinutes * 60;
  return {
    AlgorithmSpecification: {
      TrainingImage: algorithmImage(config.region),
      TrainingInputMode: "File",
    },
    RoleArn: executionRoleArn,
    HyperParameters: {
      ...training.hyperparameters,
      num_classes: String(manifest.classes.length),
      num_training_samples: String(manifest.counts.train),
    },
    InputDataConfig: (["train", "validation"] as const).map((channel) => ({
      ChannelName: channel,
      ContentType: "application/x-recordio",
      DataSource: {
        S3DataSource: {
          S3DataType: "S3Prefix",
          S3Uri: `s3://${dataset.bucket}/${dataset.prefix}${channel}/`,
          S3DataDistributionType: "FullyReplicated",
        },
      },
    })),
    OutputDataConfig: { S3OutputPath: `s3://${dataset.bucket}/${keys.training(config)}` },
    ResourceConfig: {
      InstanceType: instanceType as never,
      InstanceCount: 1,
      VolumeSizeInGB: training.volumeSizeInGB,
    },
    EnableManagedSpotTraining: training.spot,
    StoppingCondition: training.spot
      ? { MaxRuntimeInSeconds: seconds, MaxWaitTimeInSeconds: training.maxWaitMinutes * 60 }
      : { MaxRuntimeInSeconds: seconds },
  };
}
