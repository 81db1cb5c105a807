import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  ListMonitoringExecutionsCommand,
  type MonitoringExecutionSummary,
} from "@aws-sdk/client-sagemaker";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import { invokeEndpoint } from "../../../pipeline/endpoint/endpoint.ts";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { makeBaseline, writeBaseline } from "../../../pipeline/monitoring/baseline.ts";
import { pictureStatistics } from "../../../pipeline/monitoring/picture-statistics.ts";
import { names } from "../../../pipeline/names.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { bucket, createModel, image, until } from "../../local/sagemaker/fixture.ts";
import { artifactMetadata } from "../registry/artifact-metadata.ts";
import { createManifest } from "../evaluation/predictions.ts";
import type { Stand } from "../steps/evaluation-stand.ts";

/** What the fake container always answers. */
const answer = [0.75, 0.25];

export const configOf = (environment: string, modelMonitor = "{}"): Config =>
  parseConfig(`environment: ${environment}\nmonitoring: { modelMonitor: ${modelMonitor} }`);

export const pictureOf = (width: number, height = 8) =>
  encodePng(new Uint8Array(width * height * 3).fill(99), width, height);

/** A measured model of an environment, whose test pictures were 8 x 8, as deploy-endpoint's input. */
export async function createMeasured(stand: Stand, config: Config, modelName: string) {
  const { sagemaker } = stand.fixture;
  const ModelPackageGroupName = names.modelPackageGroup(config);
  await sagemaker
    .send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }))
    .catch(() => undefined);
  await createModel(stand.fixture, modelName, { answer });
  const manifest = createManifest(100);
  const evaluation = evaluate(
    manifest.test.map(({ key, label }) => ({ key, label, probabilities: answer })),
    { trainingJobName: modelName, manifest },
  );
  const evaluationUri = `s3://${bucket}/scones/evaluations/${modelName}/evaluation.json`;
  const looks = Array.from({ length: 100 }, () => pictureStatistics(pictureOf(8), { side: 8 }));
  await writeBaseline(
    stand.context,
    evaluationUri,
    makeBaseline(evaluation, await Promise.all(looks)),
  );
  const ModelDataUrl = `s3://${bucket}/models/${modelName}.tar.gz`;
  const { ModelPackageArn: modelPackageArn = "" } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName,
      ModelApprovalStatus: "Approved",
      CustomerMetadataProperties: {
        trainingJobName: modelName,
        evaluationUri,
        ...(await artifactMetadata(stand.context, ModelDataUrl)),
      },
      ModelPackageDescription: `Training job ${modelName}, dataset ${manifest.hash}`,
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl }],
        SupportedContentTypes: ["image/png"],
        SupportedResponseMIMETypes: ["application/json"],
      },
    }),
  );
  return { modelPackageArn, bucket, pollIntervalMs: 25 };
}

/** Sends pictures of a width to an environment's endpoint, all at once: into one hour, or two. */
export async function send(stand: Stand, config: Config, width: number, ids: readonly string[]) {
  const picture = pictureOf(width);
  await Promise.all(
    ids.map((id) => invokeEndpoint(stand.context, names.endpoint(config), picture, id)),
  );
}

/** The first execution of a schedule that ends with this status. */
export function execution(
  { fixture }: Stand,
  MonitoringScheduleName: string,
  StatusEquals: "Completed" | "CompletedWithViolations" | "Failed",
): Promise<MonitoringExecutionSummary> {
  return until(async () => {
    const { MonitoringExecutionSummaries: [found] = [] } = await fixture.sagemaker.send(
      new ListMonitoringExecutionsCommand({ MonitoringScheduleName, StatusEquals }),
    );
    return found;
  });
}
