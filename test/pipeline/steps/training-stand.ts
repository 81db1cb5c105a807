import type { SageMakerOptions } from "../../../local/sagemaker/server.ts";
import { parseConfig, type Config } from "../../../pipeline/config.ts";
import type { Dataset } from "../../../pipeline/dataset/manifest.ts";
import { bucket, put, role } from "../../local/sagemaker/fixture.ts";
import { createManifest } from "../evaluation/predictions.ts";
import { openStand, type Stand } from "./evaluation-stand.ts";

const dataset: Dataset = { bucket, prefix: "data/", manifest: createManifest(10) };

/** What train-model is asked for on the stand below. */
export const input = { dataset, executionRoleArn: role, pollIntervalMs: 25 };

/** A stand with the two training channels staged. */
export async function openTrainingStand(options: Partial<SageMakerOptions> = {}): Promise<Stand> {
  const stand = await openStand(options);
  await put(stand.fixture, "data/train/1/part-00000.rec", "train");
  await put(stand.fixture, "data/validation/part-00000.rec", "validation");
  return stand;
}

/** A configuration of its own environment, whose fake container does `act`. */
export function createConfig(environment: string, act = "learn"): Config {
  return parseConfig(
    `environment: ${environment}\ntraining:\n  instanceTypes: [ml.g4dn.xlarge, ml.g5.xlarge]\n  hyperparameters: { act: ${act} }\n`,
  );
}

/** The same for a tuning job of two training jobs, both at once. */
export function createTuningConfig(
  environment: string,
  act = "learn",
  instanceTypes = "ml.g4dn.xlarge",
): Config {
  return parseConfig(`environment: ${environment}
training:
  instanceTypes: [${instanceTypes}]
  hyperparameters: { act: ${act}, learning_rate: 0.5 }
  tuning:
    maxJobs: 2
    maxParallelJobs: 2
    ranges: { learning_rate: { min: 0.01, max: 0.9 }, optimizer: { values: [sgd, nag] } }`);
}
