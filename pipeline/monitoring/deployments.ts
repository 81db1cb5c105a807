import { ListModelPackagesCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { describeEndpoint } from "../endpoint/endpoint.ts";
import { describeEndpointConfig } from "../endpoint/endpoint-config.ts";
import { names } from "../names.ts";

/** Something that changed what an endpoint serves, or may serve. */
export interface Deployment {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: "endpoint created" | "endpoint last changed" | "configured" | "model registered";
  /** The endpoint, its configuration, or the model package's version. */
  readonly name: string;
  /** What it is of or what became of it; empty where nothing is known. */
  readonly detail: string;
}

/** Older packages than these are the registry's business. */
const MOST_PACKAGES = 10;

/**
 * What is known of an endpoint's deployments, the newest first: when it was made and last changed (AWS counts
 * the end of its creation and each scaling, too), when its configuration was made and of which model, and the
 * newest versions of its model package group. AWS keeps no record of former configurations. Empty where there
 * is no endpoint.
 */
export async function deploymentsOf(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  endpointName: string,
): Promise<Deployment[]> {
  const endpoint = await describeEndpoint(context, endpointName);
  if (endpoint === undefined) return [];
  const { CreationTime, LastModifiedTime, EndpointStatus = "" } = endpoint;
  const served = await describeEndpointConfig(context, endpoint.EndpointConfigName);
  const isChanged = LastModifiedTime?.getTime() !== CreationTime?.getTime();
  const found = [
    dated(CreationTime, "endpoint created", endpointName, ""),
    isChanged &&
      dated(
        LastModifiedTime,
        "endpoint last changed",
        endpointName,
        `${EndpointStatus}; its creation and scaling count, too`,
      ),
    dated(
      served?.CreationTime,
      "configured",
      endpoint.EndpointConfigName,
      served?.ProductionVariants?.[0]?.ModelName,
    ),
    ...(await packagesOf(context, names.modelPackageGroup(config))),
  ];
  return found
    .filter((each) => each !== undefined && each !== false)
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

async function packagesOf({ clients, signal }: Context, group: string) {
  const { ModelPackageSummaryList = [] } = await clients.sagemaker.send(
    new ListModelPackagesCommand({
      ModelPackageGroupName: group,
      SortBy: "CreationTime",
      SortOrder: "Descending",
      MaxResults: MOST_PACKAGES,
    }),
    { abortSignal: signal },
  );
  return ModelPackageSummaryList.map(
    ({ CreationTime, ModelPackageVersion, ModelApprovalStatus, ModelPackageDescription = "" }) => {
      const detail = [ModelApprovalStatus, ModelPackageDescription].filter(Boolean).join(": ");
      return dated(CreationTime, "model registered", `version ${ModelPackageVersion}`, detail);
    },
  );
}

function dated(
  at: Date | undefined,
  event: Deployment["event"],
  name = "",
  detail = "",
): Deployment | undefined {
  return at && { at: at.toISOString(), event, name, detail };
}
