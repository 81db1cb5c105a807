import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import {
  ListTagsCommand,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModelPackageGroups,
  paginateListModels,
  paginateListTrainingJobs,
  paginateListTransformJobs,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { keys, names } from "./names.ts";
import { isScaled } from "./scaling.ts";
import { describeStack } from "./stack-status.ts";
import { tags } from "./tags.ts";

/** What can be left behind, in the order in which it can be deleted. */
export const kinds = [
  "scaling",
  "endpoint",
  "endpoint configuration",
  "model",
  "training job",
  "transform job",
  "model package group",
  "stack",
  "objects",
] as const;

export interface Resource {
  readonly kind: (typeof kinds)[number];
  /** Its name; for objects the S3 URI of the prefix. */
  readonly name: string;
  /** How many, where one entry stands for several. */
  readonly count?: number;
}

/**
 * Everything of this project and environment that exists, jobs only while they run: what carries
 * exactly their tags, and the objects under their prefix. A listing that fails, fails.
 */
export async function inventory(
  context: Context,
  config: Config,
  { bucket }: { bucket: string },
): Promise<Resource[]> {
  const found = await Promise.all([
    sageMakerResources(context, config),
    stacks(context, config),
    objects(context, config, bucket),
  ]);
  return found.flat().toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

type Listing = readonly [
  Resource["kind"],
  AsyncIterable<[string | undefined, string | undefined][]>,
];

async function sageMakerResources(context: Context, config: Config): Promise<Resource[]> {
  const { sagemaker: client } = context.clients;
  const NameContains = names.endpoint(config);
  const running = { NameContains, StatusEquals: "InProgress" } as const;
  const listings: Listing[] = [
    [
      "endpoint",
      pages(paginateListEndpoints({ client }, { NameContains }), ({ Endpoints = [] }) =>
        Endpoints.map((item) => [item.EndpointName, item.EndpointArn]),
      ),
    ],
    [
      "endpoint configuration",
      pages(paginateListEndpointConfigs({ client }, { NameContains }), ({ EndpointConfigs = [] }) =>
        EndpointConfigs.map((item) => [item.EndpointConfigName, item.EndpointConfigArn]),
      ),
    ],
    [
      "model",
      pages(paginateListModels({ client }, { NameContains }), ({ Models = [] }) =>
        Models.map((item) => [item.ModelName, item.ModelArn]),
      ),
    ],
    [
      "training job",
      pages(paginateListTrainingJobs({ client }, running), ({ TrainingJobSummaries = [] }) =>
        TrainingJobSummaries.map((item) => [item.TrainingJobName, item.TrainingJobArn]),
      ),
    ],
    [
      "transform job",
      pages(paginateListTransformJobs({ client }, running), ({ TransformJobSummaries = [] }) =>
        TransformJobSummaries.map((item) => [item.TransformJobName, item.TransformJobArn]),
      ),
    ],
    [
      "model package group",
      pages(
        paginateListModelPackageGroups({ client }, { NameContains }),
        ({ ModelPackageGroupSummaryList = [] }) =>
          ModelPackageGroupSummaryList.map((item) => [
            item.ModelPackageGroupName,
            item.ModelPackageGroupArn,
          ]),
      ),
    ],
  ];
  const resources: Resource[] = [];
  for (const [kind, listing] of listings) {
    for await (const page of listing) {
      for (const [name = "", arn = ""] of page) {
        if (!name.startsWith(NameContains)) continue; // another project's, and its tags may be closed to us
        const { Tags = [] } = await client.send(new ListTagsCommand({ ResourceArn: arn }));
        if (!isOurs(config, Tags)) continue;
        resources.push({ kind, name });
        if (kind === "endpoint" && (await isScaled(context, name))) {
          resources.push({ kind: "scaling", name });
        }
      }
    }
  }
  return resources;
}

async function* pages<Page, Item>(
  paginator: AsyncIterable<Page>,
  items: (page: Page) => Item[],
): AsyncGenerator<Item[]> {
  for await (const page of paginator) yield items(page);
}

/** Opt in: both tags must be there, with exactly these values. */
function isOurs(
  config: Config,
  found: readonly { Key?: string | undefined; Value?: string | undefined }[],
): boolean {
  return tags(config).every(({ Key, Value }) =>
    found.some((tag) => tag.Key === Key && tag.Value === Value),
  );
}

async function stacks(context: Context, config: Config): Promise<Resource[]> {
  const stack = await describeStack(context, names.stack(config));
  return stack !== undefined && isOurs(config, stack.tags)
    ? [{ kind: "stack", name: stack.name }]
    : [];
}

async function objects({ clients }: Context, config: Config, bucket: string): Promise<Resource[]> {
  const scope = { Bucket: bucket, Prefix: keys.environment(config) };
  try {
    const { Versions = [], DeleteMarkers = [] } = await clients.s3.send(
      new ListObjectVersionsCommand(scope),
    );
    const { Uploads = [] } = await clients.s3.send(new ListMultipartUploadsCommand(scope));
    const count = Versions.length + DeleteMarkers.length + Uploads.length;
    return count === 0 ? [] : [{ kind: "objects", name: `s3://${bucket}/${scope.Prefix}`, count }];
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucket") return [];
    throw error;
  }
}
