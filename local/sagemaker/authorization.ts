import type { Check } from "./authority.ts";
import { arnOf, type Service } from "./service.ts";

/** A request that holds against the API model. */
export type Input = Readonly<Record<string, unknown>>;

/** The members of requests that name a resource, with its type. */
const resourceTypes: Readonly<Record<string, string>> = {
  TrainingJobName: "training-job",
  HyperParameterTuningJobName: "hyper-parameter-tuning-job",
  TransformJobName: "transform-job",
  ModelName: "model",
  EndpointName: "endpoint",
  EndpointConfigName: "endpoint-config",
  ModelPackageGroupName: "model-package-group",
  ModelPackageName: "model-package",
  ModelPackageArn: "model-package",
  MonitoringScheduleName: "monitoring-schedule",
  ProcessingJobName: "processing-job",
  ResourceArn: "",
};

/** Operations that name more than what they are checked on. */
const checkedOn: Readonly<Record<string, readonly string[]>> = {
  CreateTransformJob: ["TransformJobName"],
  ListMonitoringSchedules: [],
  ListMonitoringExecutions: [],
  ListDataQualityJobDefinitions: [],
  ListModelQualityJobDefinitions: [],
};

/**
 * What the caller of an operation must be allowed to do, after AWS's service authorization reference:
 * the operation's action on each resource that it takes, `sagemaker:AddTags` where it gives tags, and
 * `iam:PassRole` on the role that it hands to SageMaker.
 */
export function checksOf(service: Service, operation: string, request: unknown): Check[] {
  const input = request as Input;
  const resources = resourcesOf(service, operation, input);
  const tags = requestTags(input);
  const context = { ...tags, ...requestContext(service, input) };
  const onEach = (action: string, more: Check["context"]): Check[] =>
    resources.map((resource) => ({
      action: `sagemaker:${action}`,
      resource,
      context: { ...more, ...resourceTags(service, resource) },
    }));
  const creates = operation.startsWith("Create") && "aws:TagKeys" in tags;
  const role = passedRole(input);
  return [
    ...onEach(operation, context),
    ...(creates ? onEach("AddTags", { ...tags, "sagemaker:TaggingAction": operation }) : []),
    ...(role === undefined ? [] : [passRole(role)]),
  ];
}

/** The role that a request hands to SageMaker. */
export function passedRole({
  RoleArn,
  ExecutionRoleArn,
  TrainingJobDefinition,
}: Input): string | undefined {
  const role =
    RoleArn ?? ExecutionRoleArn ?? (TrainingJobDefinition as Input | undefined)?.["RoleArn"];
  return typeof role === "string" ? role : undefined;
}

function passRole(resource: string): Check {
  const context = { "iam:PassedToService": "sagemaker.amazonaws.com" };
  return { action: "iam:PassRole", resource, context };
}

function resourcesOf(service: Service, operation: string, input: Input): string[] {
  const members = checkedOn[operation] ?? Object.keys(resourceTypes);
  const found = members.flatMap((member) => {
    const name = input[member];
    if (typeof name !== "string") return [];
    // A version of a group, before it has a number, and the list of them.
    const ofVersions = operation === "CreateModelPackage" || operation === "ListModelPackages";
    if (ofVersions && member === "ModelPackageGroupName") {
      return [arnOf(service, `model-package/${name.split("/").at(-1)}/*`)];
    }
    return [name.startsWith("arn:") ? name : arnOf(service, `${resourceTypes[member]}/${name}`)];
  });
  const definition = input["JobDefinitionName"];
  if (typeof definition === "string") {
    const type = operation.includes("DataQuality") ? "data-quality" : "model-quality";
    found.push(arnOf(service, `${type}-job-definition/${definition}`));
  }
  return found.length === 0 ? ["*"] : found;
}

/** The condition keys of the tags that a request gives or takes. */
export function requestTags({ Tags, TagKeys }: Input): Check["context"] {
  const tags = Array.isArray(Tags) ? (Tags as { Key: string; Value: string }[]) : [];
  const removed = Array.isArray(TagKeys) ? (TagKeys as string[]) : [];
  const keys = [...tags.map(({ Key }) => Key), ...removed];
  if (keys.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
    "aws:TagKeys": keys,
  };
}

/** The condition keys of the tags that a resource carries, under AWS's key and SageMaker's own. */
export function resourceTags(service: Service, arn: string): Check["context"] {
  const tags = [...(service.tags.get(arn) ?? [])];
  return Object.fromEntries(
    tags.flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`sagemaker:ResourceTag/${key}`, value],
    ]),
  );
}

/** SageMaker's own condition keys, as far as the operations here have what they tell. */
function requestContext(service: Service, input: Input): Check["context"] {
  const { ResourceConfig, TransformResources, ProductionVariants = [] } = input;
  const definition = input["TrainingJobDefinition"] as Input | undefined;
  const variants = ProductionVariants as { InstanceType?: string; ModelName?: string }[];
  const instances = [
    ResourceConfig,
    definition?.["ResourceConfig"],
    TransformResources,
    ...variants,
  ] as {
    InstanceType?: string;
  }[];
  const InstanceTypes = instances.flatMap((one) => one?.InstanceType ?? []);
  const models = variants.flatMap(({ ModelName }) => ModelName ?? []);
  return {
    ...(InstanceTypes.length > 0 && { "sagemaker:InstanceTypes": InstanceTypes }),
    ...(models.length > 0 && {
      "sagemaker:ModelArn": models.map((name) => arnOf(service, `model/${name}`)),
    }),
    ...(typeof input["ModelApprovalStatus"] === "string" && {
      "sagemaker:ModelApprovalStatus": input["ModelApprovalStatus"],
    }),
  };
}
