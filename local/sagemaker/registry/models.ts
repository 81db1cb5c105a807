import type {
  CreateModelCommandInput,
  CreateModelCommandOutput,
  DeleteModelCommandInput,
  DescribeModelCommandInput,
  DescribeModelCommandOutput,
  ListModelsCommandInput,
  ListModelsCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { findPackage } from "./model-package-store.ts";
import { objectExists } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import { arnOf, type Service } from "../service.ts";
import { tagNew } from "../tags.ts";
import type { Valid } from "../valid.ts";
import { validationException } from "../wire.ts";

export interface Model {
  readonly request: Valid<CreateModelCommandInput>;
  readonly arn: string;
  readonly created: Date;
  /** The one container's image and model, also where a model package names them. */
  readonly image: string;
  readonly modelDataUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** CreateModel, DescribeModel, ListModels, DeleteModel. */
export function modelOperations(service: Service) {
  return {
    async CreateModel(
      input: Valid<CreateModelCommandInput>,
    ): Promise<Answer<CreateModelCommandOutput>> {
      const arn = arnOf(service, `model/${input.ModelName}`);
      if (service.models.has(input.ModelName)) {
        throw validationException(`Cannot create already existing model "${arn}".`);
      }
      const content = contentOf(service, input);
      await checkModelData(service, arn, content.modelDataUrl, input.ExecutionRoleArn);
      service.models.set(input.ModelName, { request: input, arn, created: new Date(), ...content });
      tagNew(service, arn, input.Tags);
      return { ModelArn: arn };
    },
    DescribeModel(input: Valid<DescribeModelCommandInput>): Answer<DescribeModelCommandOutput> {
      const { request, arn, created } = findModel(service, input.ModelName);
      const { Tags: _tags, ...answer } = request;
      return { EnableNetworkIsolation: false, ...answer, ModelArn: arn, CreationTime: created };
    },
    ListModels(input: Valid<ListModelsCommandInput>): Answer<ListModelsCommandOutput> {
      const { page, NextToken } = listPage(
        service.models.values(),
        input,
        "Descending",
        (model) => ({
          name: model.request.ModelName,
          created: model.created,
        }),
      );
      const Models = page.map(({ request, arn, created }) => {
        return { ModelName: request.ModelName, ModelArn: arn, CreationTime: created };
      });
      return { Models, NextToken };
    },
    DeleteModel({ ModelName }: Valid<DeleteModelCommandInput>) {
      const { arn } = findModel(service, ModelName);
      service.models.delete(ModelName);
      service.tags.delete(arn);
      return {};
    },
  };
}

/** @throws ServiceError ValidationException `Could not find model "<arn>".` */
export function findModel(service: Service, name: string): Model {
  const model = service.models.get(name);
  if (model === undefined) {
    const arn = arnOf(service, `model/${name}`);
    throw validationException(`Could not find model "${arn}".`);
  }
  return model;
}

function contentOf(
  service: Service,
  { PrimaryContainer, Containers }: Valid<CreateModelCommandInput>,
) {
  const [container, ...more] = [
    ...(PrimaryContainer ? [PrimaryContainer] : []),
    ...(Containers ?? []),
  ];
  if (container === undefined) {
    throw validationException("Model must have either PrimaryContainer or Containers.");
  }
  if (more.length > 0) {
    throw validationException("The local SageMaker serves one container a model.");
  }
  const packaged =
    container.ModelPackageName && packagedContainer(service, container.ModelPackageName);
  const { Image = "", ModelDataUrl, Environment = {} } = packaged || container;
  if (Image === "" || ModelDataUrl === undefined) {
    throw validationException(
      "The container needs an Image and a ModelDataUrl, or a ModelPackageName.",
    );
  }
  return { image: Image, modelDataUrl: ModelDataUrl, environment: { ...Environment } };
}

/** The container of a model package, which must be approved to be deployed. */
function packagedContainer(service: Service, name: string) {
  const found = findPackage(service, name);
  if (found.group !== undefined && found.approvalStatus !== "Approved") {
    throw validationException(
      `Model package ${found.arn} is not approved: its ModelApprovalStatus is ${found.approvalStatus}.`,
    );
  }
  return found.request.InferenceSpecification?.Containers[0] ?? {};
}

async function checkModelData(
  service: Service,
  arn: string,
  url: string,
  role?: string,
): Promise<void> {
  if (await objectExists(service.roles.s3(role, arn), parseS3Uri(url))) return;
  throw validationException(
    `Could not access model data at ${url}. Please ensure that the role "${role ?? "of the caller"}" exists and that its ` +
      'trust relationship policy allows the action "sts:AssumeRole" for the service principal ' +
      '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and ' +
      `that the object is located in ${service.region}.`,
  );
}
