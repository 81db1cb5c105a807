import { StepError } from "../errors.ts";

/** Registry accounts of SageMaker's built-in image-classification algorithm, by region (AWS's list). */
const accounts: Readonly<Record<string, string>> = {
  "us-east-1": "811284229777",
  "us-east-2": "825641698319",
  "us-west-1": "632365934929",
  "us-west-2": "433757028032",
  "eu-west-1": "685385470294",
  "eu-west-2": "644912444149",
  "eu-west-3": "749696950732",
  "eu-central-1": "813361260812",
  "eu-north-1": "669576153137",
  "eu-south-1": "257386234256",
  "ca-central-1": "469771592824",
  "sa-east-1": "855470959533",
  "ap-northeast-1": "501404015308",
  "ap-northeast-2": "306986355934",
  "ap-south-1": "991648021394",
  "ap-southeast-1": "475088953585",
  "ap-southeast-2": "544295431143",
};

/** The image of the built-in image-classification algorithm. @throws StepError for other regions. */
export function algorithmImage(region: string): string {
  const account = accounts[region];
  if (account === undefined) {
    throw new StepError(
      `SageMaker's image-classification algorithm has no image known for the region "${region}". ` +
        `Choose one of ${Object.keys(accounts).join(", ")}.`,
    );
  }
  return `${account}.dkr.ecr.${region}.amazonaws.com/image-classification:1`;
}
