import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateEndpointCommand,
  CreateModelCommand,
  CreateTransformJobCommand,
  DescribeTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { encodePng } from "../../../../pipeline/dataset/png.ts";
import { encodeRecord } from "../../../../pipeline/dataset/recordio.ts";
import {
  bucket,
  createConfig,
  type Fixture,
  get,
  image,
  put,
  role,
  settled,
  startFixture,
  until,
} from "../fixture.ts";
import { train, trainingJob } from "./training-fixture.ts";

let fixture: Fixture;

const recipe = {
  num_classes: "2",
  num_training_samples: "32",
  use_pretrained_model: "1",
  epochs: "3",
  mini_batch_size: "16",
  learning_rate: "0.002",
};

beforeAll(async () => {
  fixture = await startFixture({
    algorithmDir: fileURLToPath(new URL("../../../../local/algorithm", import.meta.url)),
  });
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** A picture of stripes, upright for label 0, lying for 1; `seed` moves and colours them. */
function stripes(label: number, seed: number): Buffer {
  const side = 32;
  const rgb = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const along = label === 0 ? at % side : Math.floor(at / side);
    rgb.fill(((along + seed) >> 2) % 2 === 0 ? 200 - seed * 3 : 40 + seed * 2, at * 3, at * 3 + 3);
  }
  return encodePng(rgb, side, side);
}

function records(from: number, to: number): Buffer {
  const all = Array.from({ length: to - from }, (_, i) => from + i).flatMap((seed) =>
    [0, 1].map((label) =>
      encodeRecord({ label, id: seed * 2 + label, image: stripes(label, seed) }),
    ),
  );
  return Buffer.concat(all);
}

async function predictions(EndpointName: string, body: Buffer): Promise<number[]> {
  const answer = await fixture.runtime.send(
    new InvokeEndpointCommand({ EndpointName, ContentType: "image/png", Body: body }),
  );
  return JSON.parse(answer.Body.transformToString()) as number[];
}

test("the real algorithm trains on RecordIO channels, transforms pictures and serves", async () => {
  await put(fixture, "data/train/0.rec", records(0, 16));
  await put(fixture, "data/validation/0.rec", records(16, 20));
  const job = await train(fixture, trainingJob("stripes", { HyperParameters: recipe }));
  expect([job.TrainingJobStatus, job.FailureReason]).toEqual(["Completed", undefined]);
  const metrics = job.FinalMetricDataList?.map(({ MetricName }) => MetricName);
  expect(metrics).toEqual(expect.arrayContaining(["train:accuracy", "validation:accuracy"]));

  const ModelDataUrl = job.ModelArtifacts?.S3ModelArtifacts;
  const PrimaryContainer = { Image: image, ModelDataUrl };
  await fixture.sagemaker.send(
    new CreateModelCommand({ ModelName: "stripes", ExecutionRoleArn: role, PrimaryContainer }),
  );
  await put(fixture, "test/upright.png", stripes(0, 20));
  await put(fixture, "test/lying.png", stripes(1, 20));
  await transform();
  const upright = JSON.parse((await get(fixture, "out/upright.png.out")).toString()) as {
    prediction: number[];
  };
  expect(upright.prediction).toHaveLength(2);

  await createConfig(fixture, "stripes");
  const names = { EndpointName: "stripes", EndpointConfigName: "stripes" };
  await fixture.sagemaker.send(new CreateEndpointCommand(names));
  expect((await settled(fixture, "stripes")).EndpointStatus).toBe("InService");
  const [right = 0, wrong = 1] = await predictions("stripes", stripes(0, 20));
  expect(right).toBeGreaterThan(wrong);
  expect(right).toBeCloseTo(upright.prediction[0] ?? 0, 4);
  await expect(predictions("stripes", Buffer.from("no picture"))).rejects.toMatchObject({
    name: "ModelError",
    OriginalStatusCode: 400,
  });
});

test("a hyperparameter that the algorithm does not know fails the job with a ClientError", async () => {
  const HyperParameters = { ...recipe, epoch: "2" };
  const job = await train(fixture, trainingJob("unknown", { HyperParameters }));
  expect(job.TrainingJobStatus).toBe("Failed");
  expect(job.FailureReason).toMatch(/^ClientError: .*epoch/s);
});

async function transform(): Promise<void> {
  const TransformJobName = "stripes";
  const S3DataSource = { S3DataType: "S3Prefix" as const, S3Uri: `s3://${bucket}/test/` };
  await fixture.sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName,
      ModelName: "stripes",
      MaxConcurrentTransforms: 2,
      TransformInput: { DataSource: { S3DataSource }, ContentType: "image/png" },
      TransformOutput: { S3OutputPath: `s3://${bucket}/out` },
      TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
    }),
  );
  await until(async () => {
    const request = new DescribeTransformJobCommand({ TransformJobName });
    const { TransformJobStatus } = await fixture.sagemaker.send(request);
    return TransformJobStatus === "Completed";
  });
}
