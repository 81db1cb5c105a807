import type {
  CreateEndpointConfigCommandInput,
  CreateEndpointConfigCommandOutput,
  DeleteEndpointConfigCommandInput,
  DescribeEndpointConfigCommandInput,
  DescribeEndpointConfigCommandOutput,
  ListEndpointConfigsCommandInput,
  ListEndpointConfigsCommandOutput,
  ProductionVariant,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { findModel } from "../registry/models.ts";
import { arnOf, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

export interface EndpointConfig {
  readonly request: Valid<CreateEndpointConfigCommandInput>;
  readonly variants: readonly ServedVariant[];
  readonly arn: string;
  readonly created: Date;
}

/** A production variant of the kind that is served here: one model on instances. */
export type ServedVariant = Valid<ProductionVariant> & {
  readonly ModelName: string;
  readonly InstanceType: string;
  readonly InitialInstanceCount: number;
  readonly InitialVariantWeight: number;
};

/** CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig. */
export function endpointConfigOperations(service: Service) {
  return {
    CreateEndpointConfig(
      input: Valid<CreateEndpointConfigCommandInput>,
    ): Answer<CreateEndpointConfigCommandOutput> {
      const name = input.EndpointConfigName;
      const arn = arnOf(service, `endpoint-config/${name}`);
      if (service.endpointConfigs.has(name)) {
        throw validationException(
          `Cannot create already existing endpoint configuration "${arn}".`,
        );
      }
      const variants = input.ProductionVariants.map((variant) => checkVariant(service, variant));
      if (new Set(variants.map(({ VariantName }) => VariantName)).size < variants.length) {
        throw validationException("Production variant names must be unique.");
      }
      service.endpointConfigs.set(name, { request: input, variants, arn, created: new Date() });
      tagNew(service, arn, input.Tags);
      return { EndpointConfigArn: arn };
    },
    DescribeEndpointConfig(
      input: Valid<DescribeEndpointConfigCommandInput>,
    ): Answer<DescribeEndpointConfigCommandOutput> {
      const { request, variants, arn, created } = findConfig(service, input.EndpointConfigName);
      const { Tags: _tags, ...answer } = request;
      return {
        EnableNetworkIsolation: false,
        ...answer,
        ProductionVariants: [...variants],
        EndpointConfigArn: arn,
        CreationTime: created,
      };
    },
    ListEndpointConfigs(
      input: Valid<ListEndpointConfigsCommandInput>,
    ): Answer<ListEndpointConfigsCommandOutput> {
      const configs = service.endpointConfigs.values();
      const { page, NextToken } = listPage(configs, input, "Descending", ({ request, created }) => {
        return { name: request.EndpointConfigName, created };
      });
      const EndpointConfigs = page.map(({ request, arn, created }) => ({
        EndpointConfigName: request.EndpointConfigName,
        EndpointConfigArn: arn,
        CreationTime: created,
      }));
      return { EndpointConfigs, NextToken };
    },
    /** AWS deletes a configuration that an endpoint still uses, too. */
    DeleteEndpointConfig({ EndpointConfigName }: Valid<DeleteEndpointConfigCommandInput>) {
      const { arn } = findConfig(service, EndpointConfigName);
      service.endpointConfigs.delete(EndpointConfigName);
      service.tags.delete(arn);
      return {};
    },
  };
}

/** @throws ServiceError ValidationException `Could not find endpoint configuration "<arn>".` */
export function findConfig(service: Service, name: string): EndpointConfig {
  const config = service.endpointConfigs.get(name);
  if (config === undefined) {
    const arn = arnOf(service, `endpoint-config/${name}`);
    throw validationException(`Could not find endpoint configuration "${arn}".`);
  }
  return config;
}

function checkVariant(service: Service, variant: Valid<ProductionVariant>): ServedVariant {
  const { VariantName, ModelName, InstanceType, InitialInstanceCount } = variant;
  const { InitialVariantWeight = 1 } = variant;
  const refuse = (why: string) => {
    throw validationException(`Production variant ${VariantName}: ${why}`);
  };
  if (variant.ServerlessConfig !== undefined) {
    return refuse("the local SageMaker serves instances, not serverless variants.");
  }
  if (variant.RoutingConfig?.RoutingStrategy === "PREFIX_AWARE") {
    return refuse("the local SageMaker routes RANDOM and LEAST_OUTSTANDING_REQUESTS only.");
  }
  if (ModelName === undefined) return refuse("ModelName is required.");
  if (InstanceType === undefined || InitialInstanceCount === undefined) {
    return refuse("InstanceType and InitialInstanceCount are required for a variant on instances.");
  }
  findModel(service, ModelName);
  return { ...variant, ModelName, InstanceType, InitialInstanceCount, InitialVariantWeight };
}
