import type {
  CreateTrainingJobCommandInput,
  S3DataDistribution,
  TrainingInstanceType,
} from "@aws-sdk/client-sagemaker";
import { algorithmImage } from "./algorithm-image.ts";
import type { Config } from "../config.ts";
import { trainFolder, VALIDATION_FOLDER } from "../dataset/channels.ts";
import type { Dataset } from "../dataset/manifest.ts";
import { fingerprint, keys } from "../names.ts";

/** Everything that a training job is asked to do, but for its name and tags. */
export type TrainingSpecification = Omit<
  CreateTrainingJobCommandInput,
  "TrainingJobName" | "Tags" | "CheckpointConfig"
>;

/** What decides what is learned: neither the instances nor the times. */
export function essenceOf({
  HyperParameters,
  InputDataConfig,
  AlgorithmSpecification,
}: Partial<TrainingSpecification>): string {
  return fingerprint([
    HyperParameters,
    InputDataConfig?.map(({ DataSource }) => DataSource?.S3DataSource?.S3Uri),
    AlgorithmSpecification?.TrainingImage,
  ]);
}

/**
 * The CreateTrainingJob request that trains this dataset on instances of this type. Several synchronise
 * their weights after each batch, unless the configuration says `kv_store: dist_async`.
 */
export function trainingSpecification(
  config: Config,
  dataset: Dataset,
  { executionRoleArn, instanceType }: { executionRoleArn: string; instanceType: string },
): TrainingSpecification {
  const { training } = config;
  const { manifest } = dataset;
  const seconds = training.maxRuntimeMinutes * 60;
  const channel = (name: string, folder: string, distribution: S3DataDistribution) => ({
    ChannelName: name,
    ContentType: "application/x-recordio",
    DataSource: {
      S3DataSource: {
        S3DataType: "S3Prefix" as const,
        S3Uri: `s3://${dataset.bucket}/${dataset.prefix}${folder}`,
        S3DataDistributionType: distribution,
      },
    },
  });
  return {
    AlgorithmSpecification: {
      TrainingImage: algorithmImage(config.region),
      TrainingInputMode: "File",
    },
    RoleArn: executionRoleArn,
    HyperParameters: {
      ...(training.instanceCount > 1 && { kv_store: "dist_sync" }),
      ...training.hyperparameters,
      num_classes: String(manifest.classes.length),
      num_training_samples: String(manifest.counts.train),
    },
    InputDataConfig: [
      channel(
        "train",
        trainFolder(training.instanceCount),
        training.instanceCount > 1 ? "ShardedByS3Key" : "FullyReplicated",
      ),
      channel("validation", VALIDATION_FOLDER, "FullyReplicated"),
    ],
    OutputDataConfig: { S3OutputPath: `s3://${dataset.bucket}/${keys.training(config)}` },
    ResourceConfig: {
      InstanceType: instanceType as TrainingInstanceType,
      InstanceCount: training.instanceCount,
      VolumeSizeInGB: training.volumeSizeInGB,
    },
    EnableManagedSpotTraining: training.spot,
    StoppingCondition: training.spot
      ? { MaxRuntimeInSeconds: seconds, MaxWaitTimeInSeconds: training.maxWaitMinutes * 60 }
      : { MaxRuntimeInSeconds: seconds },
  };
}
