import type {
  CreateEndpointCommandInput,
  CreateEndpointCommandOutput,
  DeleteEndpointCommandInput,
  DescribeEndpointCommandInput,
  DescribeEndpointCommandOutput,
  ListEndpointsCommandInput,
  ListEndpointsCommandOutput,
  UpdateEndpointCommandInput,
  UpdateEndpointCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "./answer.ts";
import { deregisterEndpoint } from "./autoscaling.ts";
import { create, remove, update } from "./deployment.ts";
import { type Endpoint, isChanging } from "./endpoint.ts";
import { type EndpointConfig, findConfig } from "./endpoint-configs.ts";
import { checkLimit, type Demand } from "./limits.ts";
import { listPage } from "./listing.ts";
import { arnOf, type Service } from "./service.ts";
import { tagNew } from "./tags.ts";
import type { Valid } from "./valid.ts";
import { ServiceError } from "./wire.ts";

/** CreateEndpoint, DescribeEndpoint, UpdateEndpoint, ListEndpoints, DeleteEndpoint. */
export function endpointOperations(service: Service) {
  return {
    CreateEndpoint(input: Valid<CreateEndpointCommandInput>): Answer<CreateEndpointCommandOutput> {
      const { EndpointName: name, EndpointConfigName: configName } = input;
      const arn = arnOf(service, `endpoint/${name}`);
      if (service.endpoints.has(name)) {
        throw refusal(`Cannot create already existing endpoint "${arn}".`);
      }
      const config = findConfig(service, configName);
      checkQuota(service, config);
      const now = new Date();
      const endpoint: Endpoint = {
        name,
        arn,
        created: now,
        modified: now,
        configName,
        status: "Creating",
        deploymentConfig: input.DeploymentConfig,
      };
      service.endpoints.set(name, endpoint);
      tagNew(service, arn, input.Tags);
      create(service, endpoint, config);
      return { EndpointArn: arn };
    },
    DescribeEndpoint(input: Valid<DescribeEndpointCommandInput>) {
      return describe(findEndpoint(service, input.EndpointName));
    },
    UpdateEndpoint(input: Valid<UpdateEndpointCommandInput>): Answer<UpdateEndpointCommandOutput> {
      const endpoint = findEndpoint(service, input.EndpointName);
      refuseWhileChanging(endpoint);
      if (endpoint.status !== "InService") {
        throw refusal(`Cannot update endpoint "${endpoint.arn}" in status ${endpoint.status}.`);
      }
      const config = findConfig(service, input.EndpointConfigName);
      checkQuota(service, config, endpoint);
      if (input.RetainDeploymentConfig !== true) endpoint.deploymentConfig = input.DeploymentConfig;
      update(service, endpoint, config);
      return { EndpointArn: endpoint.arn };
    },
    ListEndpoints(input: Valid<ListEndpointsCommandInput>): Answer<ListEndpointsCommandOutput> {
      const { page, NextToken } = listPage(
        service.endpoints.values(),
        input,
        "Descending",
        (one) => one,
      );
      const Endpoints = page.map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: endpoint.created,
        LastModifiedTime: endpoint.modified,
        EndpointStatus: endpoint.status,
      }));
      return { Endpoints, NextToken };
    },
    DeleteEndpoint(input: Valid<DeleteEndpointCommandInput>) {
      const endpoint = findEndpoint(service, input.EndpointName);
      refuseWhileChanging(endpoint);
      deregisterEndpoint(service, endpoint.name);
      remove(service, endpoint);
      return {};
    },
  };
}

function refusal(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}

function findEndpoint(service: Service, name: string): Endpoint {
  const endpoint = service.endpoints.get(name);
  if (endpoint !== undefined) return endpoint;
  throw refusal(`Could not find endpoint "${arnOf(service, `endpoint/${name}`)}".`);
}

function refuseWhileChanging(endpoint: Endpoint): void {
  if (isChanging(endpoint)) throw refusal(`Cannot update in-progress endpoint "${endpoint.arn}".`);
}

/** What an endpoint to be updated holds itself does not count against its new configuration. */
function checkQuota(service: Service, config: EndpointConfig, updated?: Endpoint): void {
  const running = [...service.endpoints.values()]
    .filter((endpoint) => endpoint !== updated && endpoint.status !== "Failed")
    .flatMap(({ fleet, configName }) => {
      const served = fleet?.config ?? service.endpointConfigs.get(configName);
      return served === undefined ? [] : demandsOf(served);
    });
  for (const demand of demandsOf(config)) checkLimit(service.limits, "endpoint", demand, running);
}

function demandsOf({ variants }: EndpointConfig): Demand[] {
  return variants.map(({ InstanceType, InitialInstanceCount }) => {
    return { instanceType: InstanceType, instanceCount: InitialInstanceCount };
  });
}

function describe(endpoint: Endpoint): Answer<DescribeEndpointCommandOutput> {
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
    ProductionVariants: fleet?.variants.map(({ variant, model, resolved }) => ({
      VariantName: variant.VariantName,
      DeployedImages: [{ SpecifiedImage: model.image, ResolutionTime: resolved }],
      CurrentWeight: variant.InitialVariantWeight,
      DesiredWeight: variant.InitialVariantWeight,
      CurrentInstanceCount: variant.InitialInstanceCount,
      DesiredInstanceCount: variant.InitialInstanceCount,
    })),
    DataCaptureConfig: capture && {
      EnableCapture: capture.EnableCapture ?? false,
      CaptureStatus: capture.EnableCapture === true ? "Started" : "Stopped",
      CurrentSamplingPercentage: capture.InitialSamplingPercentage,
      DestinationS3Uri: capture.DestinationS3Uri,
      KmsKeyId: capture.KmsKeyId ?? "",
    },
    PendingDeploymentSummary: pending && {
      EndpointConfigName: pending.configName,
      StartTime: pending.since,
    },
    LastDeploymentConfig: deploymentConfig,
  };
}
