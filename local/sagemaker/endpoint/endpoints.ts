import type {
  CreateEndpointCommandInput,
  CreateEndpointCommandOutput,
  DeleteEndpointCommandInput,
  DescribeEndpointCommandInput,
  ListEndpointsCommandInput,
  ListEndpointsCommandOutput,
  UpdateEndpointCommandInput,
  UpdateEndpointCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { deregisterEndpoint } from "../scaling/autoscaling.ts";
import { create, remove, update } from "./deployment.ts";
import { type Endpoint, isChanging } from "./endpoint.ts";
import { checkEndpointQuota, demandsOf } from "./endpoint-quota.ts";
import { describeEndpoint } from "./endpoint-description.ts";
import { findConfig } from "./endpoint-configs.ts";
import { sizesOf } from "./fleet.ts";
import { listPage } from "../listing.ts";
import { schedulesOf } from "../monitoring/monitoring-schedules.ts";
import { findRollbackAlarms } from "./rollback-alarms.ts";
import { arnOf, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import { shiftOf } from "./traffic-shift.ts";
import { checkCounterparts, checkScalableTargets, updatedSizes } from "./update-rules.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

/** CreateEndpoint, DescribeEndpoint, UpdateEndpoint, ListEndpoints, DeleteEndpoint. */
export function endpointOperations(service: Service) {
  return {
    CreateEndpoint(input: Valid<CreateEndpointCommandInput>): Answer<CreateEndpointCommandOutput> {
      const { EndpointName: name, EndpointConfigName: configName } = input;
      const arn = arnOf(service, `endpoint/${name}`);
      if (service.endpoints.has(name)) {
        throw validationException(`Cannot create already existing endpoint "${arn}".`);
      }
      const config = findConfig(service, configName);
      checkEndpointQuota(service, demandsOf(config, sizesOf(config)));
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
      return describeEndpoint(findEndpoint(service, input.EndpointName));
    },
    async UpdateEndpoint(
      input: Valid<UpdateEndpointCommandInput>,
    ): Promise<Answer<UpdateEndpointCommandOutput>> {
      const endpoint = findEndpoint(service, input.EndpointName);
      refuseUpdate(endpoint);
      const config = findConfig(service, input.EndpointConfigName);
      const isRetained = input.RetainDeploymentConfig === true;
      const deployment = isRetained ? endpoint.deploymentConfig : input.DeploymentConfig;
      const sizes = updatedSizes(endpoint, config, input);
      const shift = shiftOf(deployment, sizes);
      if (shift.steps.length > 1) checkCounterparts(endpoint, config);
      checkScalableTargets(service, endpoint, config);
      const alarms = await findRollbackAlarms(service, endpoint, config, deployment);
      // Another update may have begun meanwhile.
      refuseUpdate(endpoint);
      checkEndpointQuota(service, demandsOf(config, sizes), endpoint);
      endpoint.deploymentConfig = deployment;
      update(service, endpoint, { config, sizes, shift, alarms });
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
      refuseWhileMonitored(service, endpoint);
      deregisterEndpoint(service, endpoint.name);
      remove(service, endpoint);
      return {};
    },
  };
}

/** @throws ServiceError ValidationException `Could not find endpoint "<arn>".` */
export function findEndpoint(service: Service, name: string): Endpoint {
  const endpoint = service.endpoints.get(name);
  if (endpoint !== undefined) return endpoint;
  throw validationException(`Could not find endpoint "${arnOf(service, `endpoint/${name}`)}".`);
}

function refuseWhileChanging(endpoint: Endpoint): void {
  if (isChanging(endpoint))
    throw validationException(`Cannot update in-progress endpoint "${endpoint.arn}".`);
}

function refuseWhileMonitored(service: Service, { name, arn }: Endpoint): void {
  const [first] = schedulesOf(service, name);
  if (first === undefined) return;
  throw validationException(
    `Cannot delete endpoint "${arn}" with monitoring schedule "${first.arn}".`,
  );
}

/** @throws ServiceError where an endpoint can't be changed as it is. */
export function refuseUpdate(endpoint: Endpoint): void {
  refuseWhileChanging(endpoint);
  if (endpoint.status === "InService") return;
  throw validationException(
    `Cannot update endpoint "${endpoint.arn}" in status ${endpoint.status}.`,
  );
}
