import { foreignImage, isImageClassification } from "./algorithm-image.ts";
import type { TrainingRequest } from "./training-job.ts";

const defaultCheckpoints = "/opt/ml/checkpoints";

/** What of a training job can't be done here, so that it fails rather than pretend; or undefined. */
export function unsupportedTraining(request: TrainingRequest): string | undefined {
  const { AlgorithmSpecification, InputDataConfig = [] } = request;
  if (!isImageClassification(AlgorithmSpecification.TrainingImage)) {
    return foreignImage(AlgorithmSpecification.TrainingImage);
  }
  const { LocalPath = defaultCheckpoints } = request.CheckpointConfig ?? {};
  if (LocalPath.replace(/\/$/, "") !== defaultCheckpoints) {
    return `the local SageMaker keeps checkpoints in ${defaultCheckpoints}, not in ${LocalPath}`;
  }
  for (const channel of InputDataConfig) {
    const kind = channel.DataSource.S3DataSource?.S3DataType ?? "no S3 data source";
    const mode = channel.InputMode ?? AlgorithmSpecification.TrainingInputMode;
    const compression = channel.CompressionType ?? "None";
    if (kind !== "S3Prefix" || mode === "Pipe" || compression !== "None") {
      return (
        `the local SageMaker reads uncompressed channels of an S3Prefix in File mode, and the ` +
        `channel ${channel.ChannelName} is ${kind}, ${mode} mode, compression ${compression}`
      );
    }
  }
  return undefined;
}
