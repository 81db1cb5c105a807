import { fileURLToPath } from "node:url";
import {
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
} from "@aws-sdk/client-sagemaker";
import { startLocalAws, type LocalAws } from "../../../local/aws.ts";
import { parseConfig, type Config } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { modelArtifact } from "../../../pipeline/training/model-artifact.ts";
import { keys } from "../../../pipeline/names.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { deployStack } from "../../../pipeline/steps/deploy-stack.ts";
import { tags } from "../../../pipeline/tags.ts";
import { image, putModel } from "../../local/sagemaker/fixture.ts";

export const pollIntervalMs = 25;

/** A local AWS under its roles, in which whole environments are made without a training. */
export interface Stand extends AsyncDisposable {
  readonly aws: LocalAws;
  readonly context: Context;
  /** What the steps said. */
  readonly lines: string[];
  /** A served, scaled model of an environment with its package, application and artifact. */
  deployAll(config: Config, expiresAt?: Date): Promise<void>;
}

/** The configuration of an environment of which nothing is to stay, unless `choice` says otherwise. */
export function configOf(environment: string, choice = all): Config {
  return parseConfig(`environment: ${environment}\nteardown: ${choice}`);
}

export const all = "{ keepReports: false, keepModels: false }";

export async function openStand(): Promise<Stand> {
  const { signal } = new AbortController();
  const aws = await startLocalAws({
    region: "us-east-1",
    log: () => undefined,
    signal,
    algorithmDir: fileURLToPath(new URL("../../local/sagemaker/fake-algorithm", import.meta.url)),
  });
  const lines: string[] = [];
  const progress = { line: (text: string) => lines.push(text), count: () => undefined };
  const context = { clients: aws.clients, progress, signal };
  return {
    aws,
    context,
    lines,
    deployAll: (config, expiresAt) => deployAll({ aws, context }, config, expiresAt),
    [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose](),
  };
}

async function deployAll(
  { aws, context }: Pick<Stand, "aws" | "context">,
  config: Config,
  expiresAt: Date | undefined,
): Promise<void> {
  const { sagemaker, s3 } = aws.clients;
  const name = `scones-${config.environment}`;
  const key = `${keys.training(config)}model.tar.gz`;
  const ModelDataUrl = `s3://${aws.bucket}/${key}`;
  await putModel({ s3 }, key, { answer: [0.75, 0.25] }, aws.bucket);
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: aws.executionRoleArn,
      PrimaryContainer: { Image: image, ModelDataUrl },
      Tags: tags(config),
    }),
  );
  await sagemaker.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName: name, Tags: tags(config) }),
  );
  const { etag, bytes } = await modelArtifact(context, ModelDataUrl);
  const { ModelPackageArn = "" } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: name,
      ModelApprovalStatus: "Approved",
      CustomerMetadataProperties: {
        trainingJobName: name,
        modelETag: etag,
        modelBytes: String(bytes),
      },
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl }],
        SupportedContentTypes: ["image/png"],
        SupportedResponseMIMETypes: ["application/json"],
      },
    }),
  );
  const { endpointName } = await deployEndpoint(context, config, {
    modelPackageArn: ModelPackageArn,
    bucket: aws.bucket,
    expiresAt,
    pollIntervalMs,
  });
  await deployStack(context, config, { ...aws, endpointName, expiresAt, pollIntervalMs });
}
