import type {
  CreateDataQualityJobDefinitionCommandInput,
  CreateModelQualityJobDefinitionCommandInput,
  ListDataQualityJobDefinitionsCommandInput,
  ListDataQualityJobDefinitionsCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { findEndpoint } from "../endpoint/endpoints.ts";
import { listPage } from "../listing.ts";
import { offsetOf } from "./monitoring-rules.ts";
import { arnOf, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

export type DataQualityRequest = Valid<CreateDataQualityJobDefinitionCommandInput>;
export type ModelQualityRequest = Valid<CreateModelQualityJobDefinitionCommandInput>;

/** What an execution of a schedule does. It can't be changed. */
export type JobDefinition = {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly endpointName: string;
} & (
  | { readonly type: "DataQuality"; readonly request: DataQualityRequest }
  | { readonly type: "ModelQuality"; readonly request: ModelQualityRequest }
);

/** Model Monitor's types that are here, with their resource's name in ARNs. */
const resources = {
  DataQuality: "data-quality-job-definition",
  ModelQuality: "model-quality-job-definition",
} as const;

interface Named {
  readonly JobDefinitionName: string;
}

type ListInput = Valid<ListDataQualityJobDefinitionsCommandInput>;
type ListOutput = Answer<ListDataQualityJobDefinitionsCommandOutput>;

/** Create, Describe, List and Delete of DataQualityJobDefinition and of ModelQualityJobDefinition. */
export function jobDefinitionOperations(service: Service) {
  return {
    CreateDataQualityJobDefinition(request: DataQualityRequest) {
      const { EndpointInput } = request.DataQualityJobInput;
      const endpointName = checkedInput(service, EndpointInput);
      return create(service, { type: "DataQuality", request, endpointName });
    },
    CreateModelQualityJobDefinition(request: ModelQualityRequest) {
      const { EndpointInput } = request.ModelQualityJobInput;
      const endpointName = checkedInput(service, EndpointInput);
      if (request.ModelQualityAppSpecification.ProblemType !== "MulticlassClassification") {
        throw validationException(
          "The local SageMaker knows the problem type MulticlassClassification only.",
        );
      }
      if (EndpointInput?.InferenceAttribute === undefined) {
        throw validationException("InferenceAttribute is required for MulticlassClassification.");
      }
      return create(service, { type: "ModelQuality", request, endpointName });
    },
    DescribeDataQualityJobDefinition: ({ JobDefinitionName }: Named) =>
      describe(findDefinition(service, "DataQuality", JobDefinitionName)),
    DescribeModelQualityJobDefinition: ({ JobDefinitionName }: Named) =>
      describe(findDefinition(service, "ModelQuality", JobDefinitionName)),
    ListDataQualityJobDefinitions: (input: ListInput) => list(service, "DataQuality", input),
    ListModelQualityJobDefinitions: (input: ListInput) => list(service, "ModelQuality", input),
    DeleteDataQualityJobDefinition: ({ JobDefinitionName }: Named) =>
      remove(service, findDefinition(service, "DataQuality", JobDefinitionName)),
    DeleteModelQualityJobDefinition: ({ JobDefinitionName }: Named) =>
      remove(service, findDefinition(service, "ModelQuality", JobDefinitionName)),
  };
}

/** @throws ServiceError ResourceNotFound */
export function findDefinition(
  service: Service,
  type: JobDefinition["type"],
  name: string,
): JobDefinition {
  const arn = arnOf(service, `${resources[type]}/${name}`);
  const found = service.jobDefinitions.get(arn);
  if (found !== undefined) return found;
  throw new ServiceError("ResourceNotFound", `Could not find requested job definition: ${arn}`);
}

type Wanted =
  | { type: "DataQuality"; request: DataQualityRequest; endpointName: string }
  | { type: "ModelQuality"; request: ModelQualityRequest; endpointName: string };

function create(service: Service, wanted: Wanted): { JobDefinitionArn: string } {
  const { JobDefinitionName: name, Tags } = wanted.request;
  const arn = arnOf(service, `${resources[wanted.type]}/${name}`);
  if (service.jobDefinitions.has(arn)) {
    throw new ServiceError("ResourceInUse", `Job definition already exists: ${arn}`);
  }
  service.jobDefinitions.set(arn, { ...wanted, name, arn, created: new Date() });
  tagNew(service, arn, Tags);
  return { JobDefinitionArn: arn };
}

interface EndpointInput {
  readonly EndpointName: string;
  readonly StartTimeOffset?: string | undefined;
  readonly EndTimeOffset?: string | undefined;
}

/** The endpoint that is looked at. @throws ServiceError ValidationException */
function checkedInput(service: Service, input: EndpointInput | undefined): string {
  if (input === undefined) {
    throw validationException(
      "The local SageMaker monitors endpoints only: EndpointInput is required.",
    );
  }
  offsetOf(input.StartTimeOffset);
  offsetOf(input.EndTimeOffset);
  return findEndpoint(service, input.EndpointName).name;
}

function describe({ request, arn, created }: JobDefinition) {
  const { Tags: _tags, ...answer } = request;
  return { ...answer, JobDefinitionArn: arn, CreationTime: created };
}

function list(service: Service, type: JobDefinition["type"], input: ListInput): ListOutput {
  const { EndpointName } = input;
  const found = [...service.jobDefinitions.values()].filter(
    (one) => one.type === type && (EndpointName === undefined || one.endpointName === EndpointName),
  );
  const { page, NextToken } = listPage(found, input, "Descending", (one) => one);
  const JobDefinitionSummaries = page.map(({ name, arn, created, endpointName }) => ({
    MonitoringJobDefinitionName: name,
    MonitoringJobDefinitionArn: arn,
    CreationTime: created,
    EndpointName: endpointName,
  }));
  return { JobDefinitionSummaries, NextToken };
}

function remove(service: Service, { name, arn, type }: JobDefinition) {
  for (const schedule of service.monitoringSchedules.values()) {
    const { definition } = schedule;
    if (definition.type !== type || definition.name !== name) continue;
    throw validationException(
      `Job definition ${arn} is in use by monitoring schedule ${schedule.name}.`,
    );
  }
  service.jobDefinitions.delete(arn);
  service.tags.delete(arn);
  return {};
}
