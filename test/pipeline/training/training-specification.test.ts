import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { trainingSpecification } from "../../../pipeline/training/training-specification.ts";
import { createManifest } from "../evaluation/predictions.ts";

const dataset = { bucket: "bucket", prefix: "data/", manifest: createManifest(10) };

function specificationOf(training: string) {
  return trainingSpecification(parseConfig(`training: { ${training} }`), dataset, {
    executionRoleArn: "arn:aws:iam::000000000000:role/execution",
    instanceType: "ml.g4dn.xlarge",
  });
}

const sources = (training: string) =>
  specificationOf(training).InputDataConfig?.map(({ ChannelName, DataSource }) => [
    ChannelName,
    DataSource?.S3DataSource?.S3Uri,
    DataSource?.S3DataSource?.S3DataDistributionType,
  ]);

test("one instance trains on the one file of its channel", () => {
  expect(sources("spot: true")).toEqual([
    ["train", "s3://bucket/data/train/1/", "FullyReplicated"],
    ["validation", "s3://bucket/data/validation/", "FullyReplicated"],
  ]);
  expect(specificationOf("spot: true").HyperParameters).not.toHaveProperty("kv_store");
});

test("several get a file each, and all validate on everything", () => {
  expect(sources("instanceCount: 4")).toEqual([
    ["train", "s3://bucket/data/train/4/", "ShardedByS3Key"],
    ["validation", "s3://bucket/data/validation/", "FullyReplicated"],
  ]);
  const { ResourceConfig, HyperParameters } = specificationOf("instanceCount: 4");
  expect(ResourceConfig).toMatchObject({ InstanceCount: 4 });
  expect(HyperParameters).toMatchObject({ kv_store: "dist_sync", num_training_samples: "8" });
});

test("what the configuration says of the synchronisation wins", () => {
  const { HyperParameters } = specificationOf(
    "instanceCount: 2, hyperparameters: { kv_store: dist_async }",
  );
  expect(HyperParameters).toMatchObject({ kv_store: "dist_async" });
});
