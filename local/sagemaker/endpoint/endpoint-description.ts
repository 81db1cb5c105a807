import type {
  DescribeEndpointCommandOutput,
  PendingProductionVariantSummary,
  ProductionVariantSummary,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import type { Endpoint, PendingDeployment } from "./endpoint.ts";
import { variantOf } from "./fleet.ts";
import type { RunningVariant } from "./running-variant.ts";

/** What DescribeEndpoint answers. */
export function describeEndpoint(endpoint: Endpoint): Answer<DescribeEndpointCommandOutput> {
  const { fleet, pending, deploymentConfig } = endpoint;
  const capture = fleet?.config.request.DataCaptureConfig;
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    FailureReason: endpoint.failureReason,
    CreationTime: endpoint.created,
    LastModifiedTime: endpoint.modified,
    ProductionVariants: fleet?.variants.map((running) => servingVariant(endpoint, running)),
    DataCaptureConfig: capture && {
      EnableCapture: capture.EnableCapture ?? false,
      CaptureStatus: capture.EnableCapture === true ? "Started" : "Stopped",
      CurrentSamplingPercentage: capture.InitialSamplingPercentage,
      DestinationS3Uri: capture.DestinationS3Uri,
      KmsKeyId: capture.KmsKeyId ?? "",
    },
    PendingDeploymentSummary: pending && {
      EndpointConfigName: pending.config.request.EndpointConfigName,
      StartTime: pending.since,
      ProductionVariants: pendingVariants(pending),
    },
    LastDeploymentConfig: deploymentConfig,
  };
}

function servingVariant({ modified }: Endpoint, running: RunningVariant): ProductionVariantSummary {
  const { desired, instances } = running;
  const way = desired < instances.length ? "in" : "out";
  return {
    ...summary(running),
    CurrentInstanceCount: instances.length,
    ...(desired !== instances.length && {
      VariantStatus: [
        {
          Status: "Updating",
          StatusMessage: `Scaling ${way} desired instance count to ${desired}.`,
          StartTime: modified,
        },
      ],
    }),
  };
}

/** The new fleet: the instances that count are those with traffic on. */
function pendingVariants({ config, sizes, fleet, active, stage }: PendingDeployment) {
  return config.variants.map(({ VariantName }): PendingProductionVariantSummary => {
    const { instances = 0, weight } = sizes.get(VariantName) ?? {};
    const running = variantOf(fleet, VariantName);
    const on = active.get(VariantName) ?? 0;
    return {
      VariantName,
      DesiredWeight: weight,
      DesiredInstanceCount: instances,
      ...(running && summary(running)),
      CurrentInstanceCount: on,
      VariantStatus: [
        {
          Status: stage.status,
          StatusMessage: stage.message(on, instances),
          StartTime: stage.since,
        },
      ],
    };
  });
}

function summary({ variant, model, resolved, weight, desired }: RunningVariant) {
  return {
    VariantName: variant.VariantName,
    DeployedImages: [{ SpecifiedImage: model.image, ResolutionTime: resolved }],
    CurrentWeight: weight,
    DesiredWeight: weight,
    DesiredInstanceCount: desired,
    ...(variant.RoutingConfig && { RoutingConfig: variant.RoutingConfig }),
  };
}
