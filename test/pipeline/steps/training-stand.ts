import { parseConfig, type Config } from "../../../pipeline/config.ts";
import type { Dataset } from "../../../pipeline/manifest.ts";
import { bucket, put, role } from "../../local/sagemaker/fixture.ts";
import { createManifest } from "../predictions.ts";
import { openStand, type Stand } from "./evaluation-stand.ts";

const dataset: Dataset = { bucket, prefix: "data/", manifest: createManifest(10) };

/** What train-model is asked for on the stand below. */
export const input = { dataset, executionRoleArn: role, pollIntervalMs: 25 };

/** A stand with the two training channels staged. */
export async function openTrainingStand(): Promise<Stand> {
  const stand = await openStand();
  await put(stand.fixture, "data/train/part-00000.rec", "train");
  await put(stand.fixture, "data/validation/part-00000.rec", "validation");
  return stand;
}

/** A configuration of its own environment, whose fake container does `act`. */
export function createConfig(environment: string, act = "learn"): Config {
  return parseConfig(
    `environment: ${environment}\ntraining:\n  instanceTypes: [ml.g4dn.xlarge, ml.g5.xlarge]\n  hyperparameters: { act: ${act} }\n`,
  );
}
