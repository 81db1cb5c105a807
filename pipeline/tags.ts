import { ListTagsCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { ifPresent } from "./errors.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Tags as AWS's answers have them. */
export type Tags = readonly { Key?: string | undefined; Value?: string | undefined }[];

const PROJECT = "scones:project";
const ENVIRONMENT = "scones:environment";
/** Which run made a thing. */
export const RUN_TAG = "scones:run";
const KEEP = "scones:keep";

/** The tags of everything that the pipeline makes; teardown deletes by the first two. */
export function tags(config: Pick<Config, "project" | "environment">, run?: string): Tag[] {
  return [
    { Key: PROJECT, Value: config.project },
    { Key: ENVIRONMENT, Value: config.environment },
    ...(run === undefined ? [] : [{ Key: RUN_TAG, Value: run }]),
  ];
}

/** The value of a tag. */
export function tagValue(found: Tags, key: string): string | undefined {
  return found.find(({ Key }) => Key === key)?.Value;
}

/** Which environment of the project a thing belongs to; undefined where it is not the project's. */
export function environmentOf(
  found: Tags,
  { project }: Pick<Config, "project">,
): string | undefined {
  return tagValue(found, PROJECT) === project ? tagValue(found, ENVIRONMENT) : undefined;
}

/** Opt in: both tags must be there, with exactly these values. */
export function isTagged(config: Pick<Config, "project" | "environment">, found: Tags): boolean {
  return environmentOf(found, config) === config.environment;
}

/** Says whether only a person who types the environment's name may have it removed. */
export function keepTag(config: Pick<Config, "environment" | "teardown">): Tag {
  return { Key: KEEP, Value: String(config.teardown.protect.includes(config.environment)) };
}

/** Whether a thing carries that mark. */
export function isProtected(found: Tags): boolean {
  return tagValue(found, KEEP) === "true";
}

/** Those of one of SageMaker's resources. */
export async function tagsOf({ clients, signal }: Context, arn: string | undefined): Promise<Tags> {
  const { Tags: found = [] } = await clients.sagemaker.send(
    new ListTagsCommand({ ResourceArn: arn }),
    { abortSignal: signal },
  );
  return found;
}

/** The same; none of what is gone since it was listed. */
export async function presentTags(context: Context, arn: string | undefined): Promise<Tags> {
  return (await ifPresent(tagsOf(context, arn))) ?? [];
}
