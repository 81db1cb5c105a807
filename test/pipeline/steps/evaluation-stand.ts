import type { SageMakerOptions } from "../../../local/sagemaker/server.ts";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import type { Context } from "../../../pipeline/context.ts";
import type { Dataset } from "../../../pipeline/dataset/manifest.ts";
import type { EvaluateModelInput } from "../../../pipeline/steps/evaluate-model.ts";
import { bucket, image, put, putModel, role, startFixture } from "../../local/sagemaker/fixture.ts";
import { createManifest } from "../evaluation/predictions.ts";

export type Stand = Awaited<ReturnType<typeof openStand>>;

/** ministack's S3 and the local SageMaker, whose models answer what their archives say. */
export async function openStand(options: Partial<SageMakerOptions> = {}) {
  const fixture = await startFixture(options);
  const { s3, sagemaker, runtime, autoscaling, cloudwatch } = fixture;
  const others = makeClients({ AWS_REGION: "us-east-1" });
  const lines: string[] = [];
  const context: Context = {
    clients: { ...others, s3, sagemaker, runtime, autoscaling, cloudwatch },
    progress: { line: (text) => lines.push(text), count: () => undefined },
    signal: new AbortController().signal,
  };
  return {
    fixture,
    context,
    lines,
    async [Symbol.asyncDispose]() {
      destroyClients(others);
      await fixture[Symbol.asyncDispose]();
    },
  };
}

/**
 * A staged dataset of ten test pictures, all bicycles but the first, and a model that takes all for
 * bicycles. `pictures` are the bodies by number, for the fake container to act on.
 */
export async function createInput(
  { fixture }: Stand,
  name: string,
  pictures: Readonly<Record<number, string>> = {},
): Promise<EvaluateModelInput> {
  const dataset: Dataset = {
    bucket,
    prefix: `datasets/${name}/`,
    manifest: { ...createManifest(10), hash: name.padEnd(16, "0"), test: createTest() },
  };
  for (const [index, { key }] of dataset.manifest.test.entries()) {
    await put(fixture, dataset.prefix + key, pictures[index] ?? "a picture");
  }
  await putModel(fixture, `models/${name}.tar.gz`, { answer: [0.75, 0.25] });
  return {
    dataset,
    trainingJobName: `job-${name}`,
    modelDataUrl: `s3://${bucket}/models/${name}.tar.gz`,
    image,
    bucket,
    executionRoleArn: role,
    pollIntervalMs: 25,
  };
}

function createTest(): Dataset["manifest"]["test"] {
  return createManifest(10).test.map(({ key }, index) => ({ key, label: index === 0 ? 1 : 0 }));
}
