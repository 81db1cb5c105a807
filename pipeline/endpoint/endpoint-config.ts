import {
  CreateEndpointConfigCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointConfigCommandOutput,
  type ProductionVariant,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import { keys, names } from "../names.ts";
import { tags } from "../tags.ts";

/** The one variant; its name stays across updates, as blue/green deployment requires. */
export const VARIANT = "AllTraffic";

/** Makes the endpoint configuration for a model unless it is there, and returns its name. */
export async function ensureEndpointConfig(
  { clients, progress }: Context,
  config: Config,
  { modelName, bucket, run }: { modelName: string; bucket: string; run?: string | undefined },
): Promise<string> {
  const { endpoint } = config;
  const specification = {
    ProductionVariants: [
      {
        VariantName: VARIANT,
        ModelName: modelName,
        InstanceType: endpoint.instanceType as ProductionVariant["InstanceType"],
        InitialInstanceCount: endpoint.instanceCount,
        InitialVariantWeight: 1,
      },
    ],
    DataCaptureConfig: {
      EnableCapture: endpoint.capturePercentage > 0,
      InitialSamplingPercentage: endpoint.capturePercentage,
      DestinationS3Uri: `s3://${bucket}/${keys.capture(config, modelName)}`.replace(/\/$/, ""),
      CaptureOptions: [{ CaptureMode: "Input" as const }, { CaptureMode: "Output" as const }],
      CaptureContentTypeHeader: { JsonContentTypes: ["application/json"] },
    },
  };
  const name = names.endpointConfig(config, specification);
  try {
    await clients.sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ...specification,
        Tags: tags(config, run),
      }),
    );
    progress.line(`endpoint configuration ${name}`);
  } catch (error) {
    // The name is made of the content: what exists under it is the same.
    if (!(error instanceof Error && /already exist/i.test(error.message))) throw error;
  }
  return name;
}

/** An endpoint configuration by its name; undefined where it is gone: AWS lets one go that serves. */
export async function describeEndpointConfig(
  { clients, signal }: Context,
  name: string | undefined,
): Promise<DescribeEndpointConfigCommandOutput | undefined> {
  const request = new DescribeEndpointConfigCommand({ EndpointConfigName: name });
  return ifPresent(clients.sagemaker.send(request, { abortSignal: signal }));
}
