import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { bucket, type Fixture, image, put, role, until } from "../fixture.ts";

/** A training job's request over the channels of `putChannels`; `act` is what the fake container does. */
export function trainingJob(
  name: string,
  changes: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput {
  return {
    TrainingJobName: name,
    RoleArn: role,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" },
    HyperParameters: { num_classes: "2", num_training_samples: "8" },
    InputDataConfig: ["train", "validation"].map((ChannelName) => ({
      ChannelName,
      ContentType: "application/x-recordio",
      DataSource: {
        S3DataSource: {
          S3DataType: "S3Prefix" as const,
          S3Uri: `s3://${bucket}/data/${ChannelName}/`,
        },
      },
    })),
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/training/` },
    ResourceConfig: { InstanceType: "ml.g4dn.xlarge", InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    ...changes,
  };
}

export async function putChannels(fixture: Fixture): Promise<void> {
  await put(fixture, "data/train/part-0.rec", "train 0");
  await put(fixture, "data/train/deep/part-1.rec", "train 1");
  await put(fixture, "data/validation/part-0.rec", "validation");
}

/** Starts a training job and waits until it is over. */
export async function train(fixture: Fixture, request: CreateTrainingJobCommandInput) {
  const { sagemaker } = fixture;
  await sagemaker.send(new CreateTrainingJobCommand(request));
  const { TrainingJobName } = request;
  return until(async () => {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    return job.TrainingEndTime !== undefined && job;
  });
}
