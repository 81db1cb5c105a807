import { StepError } from "../errors.ts";

/**
 * Registry accounts of Model Monitor's prebuilt analyzer, by region:
 * https://github.com/aws/sagemaker-python-sdk/blob/021937b/src/sagemaker/image_uri_config/model-monitor.json
 */
const accounts: Readonly<Record<string, string>> = {
  "us-east-1": "156813124566",
  "us-east-2": "777275614652",
  "us-west-1": "890145073186",
  "us-west-2": "159807026194",
  "eu-west-1": "468650794304",
  "eu-west-2": "749857270468",
  "eu-west-3": "680080141114",
  "eu-central-1": "048819808253",
  "eu-north-1": "895015795356",
  "ca-central-1": "536280801234",
  "sa-east-1": "539772159869",
  "ap-northeast-1": "574779866223",
  "ap-northeast-2": "709848358524",
  "ap-south-1": "126357580389",
  "ap-southeast-1": "245545462676",
  "ap-southeast-2": "563025443158",
};

/** The image of Model Monitor's prebuilt analyzer. @throws StepError for regions that have none. */
export function analyzerImage(region: string): string {
  const account = accounts[region];
  if (account === undefined) {
    throw new StepError(
      `Model Monitor's analyzer has no image known for the region "${region}". Take ` +
        `monitoring.modelMonitor out of pipeline.yaml, or choose one of ${Object.keys(accounts).join(", ")}.`,
    );
  }
  return `${account}.dkr.ecr.${region}.amazonaws.com/sagemaker-model-monitor-analyzer`;
}
