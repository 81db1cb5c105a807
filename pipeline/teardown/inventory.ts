import {
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListHyperParameterTuningJobs,
  paginateListModelPackageGroups,
  paginateListModels,
  paginateListTrainingJobs,
  paginateListTransformJobs,
} from "@aws-sdk/client-sagemaker";
import { type BilledInstances, billedInstances } from "../prices/billed-instances.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { logGroups } from "./log-groups.ts";
import { monitoringKinds, monitoringListings } from "../model-monitor/listings.ts";
import { names } from "../names.ts";
import { reviewedStack } from "../stack/reviewed-stack.ts";
import { jobLogs } from "./sagemaker-logs.ts";
import { isScaled } from "../endpoint/scaling.ts";
import { remainKinds, stackRemains } from "./stack-remains.ts";
import { describeStack } from "../stack/stack-status.ts";
import { studioKinds, studioResources } from "../studio/studio.ts";
import { isProtected, isTagged, presentTags } from "../tags.ts";

/** What can be left behind, apart from what lies in S3. */
export const kinds = [
  "scaling",
  ...monitoringKinds,
  "endpoint",
  "endpoint configuration",
  "model",
  "tuning job",
  "training job",
  "transform job",
  "model package group",
  ...studioKinds,
  "stack",
  ...remainKinds,
  "job log",
] as const;

export type Kind = (typeof kinds)[number];

/** Something of this project and environment that exists. */
export interface Resource {
  readonly kind: Kind;
  readonly name: string;
  /** How it is known to be the environment's. */
  readonly why: string;
  /** Marked to stay until a person says its environment's name. */
  readonly protected: boolean;
  /** How many, where one stands for several. */
  readonly count?: number | undefined;
  /** What it is billed for by the hour; undefined where nothing is, or where that can't be told. */
  readonly instances?: BilledInstances | undefined;
}

/**
 * Everything of this project and environment that exists, apart from what lies in S3; jobs only while
 * they run. It carries exactly their tags, or is owned by what does. A listing that fails, fails.
 */
export async function inventory(context: Context, config: Config): Promise<Resource[]> {
  const found = await Promise.all([
    sageMakerResources(context, config),
    studio(context, config),
    stack(context, config, names.studioStack(config)),
    application(context, config),
    logsOfJobs(context, config),
  ]);
  return found.flat().toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

type Listing = readonly [Kind, AsyncIterable<[string | undefined, string | undefined][]>];

async function sageMakerResources(context: Context, config: Config): Promise<Resource[]> {
  // The largest page: SageMaker fills it before it looks at a job's status.
  const paging = { client: context.clients.sagemaker, pageSize: 100 };
  const abort = { abortSignal: context.signal };
  const NameContains = names.endpoint(config);
  const unfinished = ["InProgress", "Stopping"] as const;
  const listings: Listing[] = [
    ...monitoringListings(context, NameContains),
    [
      "endpoint",
      pages(paginateListEndpoints(paging, { NameContains }, abort), ({ Endpoints = [] }) =>
        Endpoints.map((item) => [item.EndpointName, item.EndpointArn]),
      ),
    ],
    [
      "endpoint configuration",
      pages(
        paginateListEndpointConfigs(paging, { NameContains }, abort),
        ({ EndpointConfigs = [] }) =>
          EndpointConfigs.map((item) => [item.EndpointConfigName, item.EndpointConfigArn]),
      ),
    ],
    [
      "model",
      pages(paginateListModels(paging, { NameContains }, abort), ({ Models = [] }) =>
        Models.map((item) => [item.ModelName, item.ModelArn]),
      ),
    ],
    [
      "tuning job",
      pages(
        paginateListHyperParameterTuningJobs(paging, { NameContains }, abort),
        ({ HyperParameterTuningJobSummaries = [] }) =>
          HyperParameterTuningJobSummaries.map((item) => [
            item.HyperParameterTuningJobName,
            item.HyperParameterTuningJobArn,
          ]),
      ),
    ],
    ...unfinished.map((StatusEquals): Listing => [
      "training job",
      pages(
        paginateListTrainingJobs(paging, { NameContains, StatusEquals }, abort),
        ({ TrainingJobSummaries = [] }) =>
          TrainingJobSummaries.map((item) => [item.TrainingJobName, item.TrainingJobArn]),
      ),
    ]),
    ...unfinished.map((StatusEquals): Listing => [
      "transform job",
      pages(
        paginateListTransformJobs(paging, { NameContains, StatusEquals }, abort),
        ({ TransformJobSummaries = [] }) =>
          TransformJobSummaries.map((item) => [item.TransformJobName, item.TransformJobArn]),
      ),
    ]),
    [
      "model package group",
      pages(
        paginateListModelPackageGroups(paging, { NameContains }, abort),
        ({ ModelPackageGroupSummaryList = [] }) =>
          ModelPackageGroupSummaryList.map((item) => [
            item.ModelPackageGroupName,
            item.ModelPackageGroupArn,
          ]),
      ),
    ],
  ];
  const resources: Resource[] = [];
  const untagged = new Set<string>();
  for (const [kind, listing] of listings) {
    for await (const page of listing) {
      for (const [name = "", arn = ""] of page) {
        if (!name.startsWith(NameContains)) continue; // another project's, and its tags may be closed to us
        // A job that ended its stopping between the two listings stands in both.
        if (resources.some((other) => other.kind === kind && other.name === name)) continue;
        const tags = await presentTags(context, arn);
        if (!isTagged(config, tags)) {
          untagged.add(`${kind} ${name}`);
          continue;
        }
        resources.push({
          kind,
          name,
          why: "its tags",
          protected: isProtected(tags),
          instances: await billedInstances(context, kind, name),
        });
      }
    }
  }
  const isOthers = untagged.has(`endpoint ${NameContains}`);
  return [...resources, ...(isOthers ? [] : await ofEndpoint(context, NameContains))];
}

/** What AWS can't tag of an endpoint. It outlives it, so that a name without one is the environment's own too. */
async function ofEndpoint(context: Context, endpoint: string): Promise<Resource[]> {
  const owned = { why: `its endpoint ${endpoint}`, protected: false };
  const found: Resource[] = [];
  if (await isScaled(context, endpoint)) found.push({ kind: "scaling", name: endpoint, ...owned });
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  for await (const { name } of logGroups(context, group)) {
    if (name === group) found.push({ kind: "log group", name, ...owned });
  }
  return found;
}

async function* pages<Page, Item>(
  paginator: AsyncIterable<Page>,
  items: (page: Page) => Item[],
): AsyncGenerator<Item[]> {
  for await (const page of paginator) yield items(page);
}

async function studio(context: Context, config: Config): Promise<Resource[]> {
  const found = await studioResources(context, config);
  return found.map(({ kind, name }) => ({
    kind,
    name,
    why: kind === "studio domain" ? "its tags" : `its domain ${name.split("/")[0]}`,
    protected: false,
  }));
}

async function logsOfJobs(context: Context, config: Config): Promise<Resource[]> {
  const found = await jobLogs(context, config);
  const why = "its job's tags";
  return found.map(({ name, count }) => ({ kind: "job log", name, count, why, protected: false }));
}

/** The application's stack, or else what one left behind. */
async function application(context: Context, config: Config): Promise<Resource[]> {
  const stackName = names.stack(config);
  const found = await stack(context, config, stackName);
  if (found.length > 0 || (await describeStack(context, stackName)) !== undefined) return found;
  const remains = await stackRemains(context, config);
  return remains.map(({ kind, name, why }) => ({ kind, name, why, protected: false }));
}

async function stack(context: Context, config: Config, name: string): Promise<Resource[]> {
  const found = (await describeStack(context, name)) ?? (await reviewedStack(context, name));
  if (found === undefined || !isTagged(config, found.tags)) return [];
  return [{ kind: "stack", name, why: "its tags", protected: isProtected(found.tags) }];
}
