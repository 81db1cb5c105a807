import {
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
} from "@aws-sdk/client-sagemaker";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type LocalAws, startLocalAws } from "../../../local/aws.ts";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { describeEndpoint } from "../../../pipeline/endpoint/endpoint.ts";
import { isScaled } from "../../../pipeline/endpoint/scaling.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../../../pipeline/steps/deploy-stack.ts";
import { tags } from "../../../pipeline/tags.ts";
import { type FakeModel, image, putModel } from "../../local/sagemaker/fixture.ts";
import { startLoad } from "../../local/sagemaker/endpoint/load.ts";
import { artifactMetadata } from "../registry/artifact-metadata.ts";

const configOf = (bakeSeconds: number): Config =>
  parseConfig(`environment: shift
endpoint:
  instanceCount: 2
  deployment: { bakeSeconds: ${bakeSeconds}, terminationWaitSeconds: 0 }`);
const config = configOf(60);
const endpointName = "scones-shift";
const good = "[0.75,0.25]";
const lines: string[] = [];

let aws: LocalAws;
let context: Context;

// Under the bootstrap's roles: SageMaker looks at the alarms under the model's own.
beforeAll(async () => {
  const { signal } = new AbortController();
  aws = await startLocalAws({
    region: config.region,
    log: () => undefined,
    signal,
    algorithmDir: fileURLToPath(new URL("../../local/sagemaker/fake-algorithm", import.meta.url)),
  });
  const progress = { line: (text: string) => lines.push(text), count: () => undefined };
  context = { clients: aws.clients, progress, signal };
  await aws.clients.sagemaker.send(
    new CreateModelPackageGroupCommand({
      ModelPackageGroupName: endpointName,
      Tags: tags(config),
    }),
  );
});

afterAll(async () => aws?.[Symbol.asyncDispose]());

/** An approved package of a model that answers as it is told. */
async function createInput(name: string, content: FakeModel) {
  const modelName = `scones-shift-${name}`;
  const { clients, bucket, executionRoleArn } = aws;
  const key = `scones/shift/training/${name}.tar.gz`;
  const ModelDataUrl = `s3://${bucket}/${key}`;
  await putModel(clients, key, content, bucket);
  await clients.sagemaker.send(
    new CreateModelCommand({
      ModelName: modelName,
      PrimaryContainer: { Image: image, ModelDataUrl },
      ExecutionRoleArn: executionRoleArn,
      Tags: tags(config),
    }),
  );
  const { ModelPackageArn = "" } = await clients.sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: endpointName,
      ModelApprovalStatus: "Approved",
      CustomerMetadataProperties: {
        trainingJobName: modelName,
        ...(await artifactMetadata(context, ModelDataUrl)),
      },
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl }],
        SupportedContentTypes: ["image/png"],
        SupportedResponseMIMETypes: ["application/json"],
      },
    }),
  );
  return { modelPackageArn: ModelPackageArn, bucket, pollIntervalMs: 100 };
}

test("a bad model under load is rolled back by the stack's alarm, and hurts no request that did not reach it", async () => {
  const [former] = await Promise.all([
    deployEndpoint(context, config, await createInput("good", { answer: [0.75, 0.25] })),
    deployStack(context, config, { ...aws, endpointName, pollIntervalMs: 100 }),
  ]);
  const bad = await createInput("bad", { answer: [0, 1], status: 500, delayMs: 50 });
  const load = startLoad(aws.clients.runtime, endpointName, { pauseMs: 20 });
  const failed = deployEndpoint(context, config, bad);
  await expect(failed).rejects.toThrow(
    /was rolled back \(.*scones-shift-application-5xx-errors.*\)\. In ALARM: scones-shift-application-5xx-errors \(.*\n.*\n.*\n.*$/,
  );
  const during = await load.stop();
  expect(lines).toContain(
    "traffic moves to 1 of 2 instances and 60 s later to the rest, watched by " +
      ["4xx-errors", "5xx-errors", "model-latency"]
        .map((suffix) => `scones-shift-application-${suffix}`)
        .join(", "),
  );
  for (const { answer, error } of during) {
    expect(answer ?? error).toMatch(error === undefined ? good : /from primary with message/);
  }
  expect(await describeEndpoint(context, endpointName)).toMatchObject({
    EndpointStatus: "InService",
    EndpointConfigName: former.endpointConfigName,
    ProductionVariants: [{ CurrentInstanceCount: 2 }],
  });
  expect(await isScaled(context, endpointName)).toBe(true);
});

test("an alarm that the former update raised does not keep the next one from mending it", async () => {
  const better = await createInput("better", { answer: [0.9, 0.1] });
  const made = await deployEndpoint(context, configOf(0), better);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^alarm scones-shift-application-5xx-errors is in ALARM before the update/,
    ),
  );
  expect(made.change).toBe("updated");
  expect(made.moments.map(({ when, modelName }) => [when, modelName])).toEqual([
    ["before", "scones-shift-good"],
    ["during", "scones-shift-good"],
    ["after", "scones-shift-better"],
  ]);
});
