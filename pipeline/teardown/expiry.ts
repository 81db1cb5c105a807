import { paginateDescribeStacks } from "@aws-sdk/client-cloudformation";
import { AddTagsCommand, paginateListEndpoints } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { isEnvironmentName } from "../environment-name.ts";
import {
  environmentOf,
  isProtected,
  keepTag,
  presentTags,
  type Tag,
  type Tags,
  tagsOf,
  tagValue,
} from "../tags.ts";

/** An environment that was deployed for so long only. */
export interface Expiry {
  readonly environment: string;
  readonly expiresAt: Date;
}

const EXPIRES_AT = "scones:expires-at";

const NEVER = "never";

/** The tag that says from when on an environment may be torn down; `never` where it is to stay. */
export function expiryTag(expiresAt: Date | undefined): Tag {
  return { Key: EXPIRES_AT, Value: expiryText(expiresAt) };
}

/** As a tag has it: ISO 8601, or `never`. */
export function expiryText(expiresAt: Date | undefined): string {
  return expiresAt?.toISOString() ?? NEVER;
}

/** What a tag says; undefined where that is no time. */
export function expiryFrom(text = NEVER): Date | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Says it of an endpoint that is there. */
export async function setExpiry(
  { clients }: Context,
  endpointArn: string | undefined,
  expiresAt: Date | undefined,
): Promise<void> {
  await clients.sagemaker.send(
    new AddTagsCommand({ ResourceArn: endpointArn, Tags: [expiryTag(expiresAt)] }),
  );
}

/** What was last said of an endpoint that is there; undefined where it is to stay. */
export async function expiryOf(
  context: Context,
  endpointArn: string | undefined,
): Promise<Date | undefined> {
  return expiryFrom(tagValue(await tagsOf(context, endpointArn), EXPIRES_AT));
}

/** Says of an endpoint that is there whether only a person who types its environment's name may remove it. */
export async function setKeep(
  { clients }: Context,
  config: Pick<Config, "environment" | "teardown">,
  endpointArn: string | undefined,
): Promise<void> {
  await clients.sagemaker.send(
    new AddTagsCommand({ ResourceArn: endpointArn, Tags: [keepTag(config)] }),
  );
}

/**
 * The project's environments whose time is over, by the tags of their endpoints and stacks: a
 * teardown that ended half-way is found again. Where two tags differ, the later one counts; what is
 * marked to stay, by a tag or by pipeline.yaml, never expires.
 * `unreadable` says of each tag that holds no time, or no environment, what it holds; its environment
 * has not expired.
 */
export async function expiredEnvironments(
  context: Context,
  { project, teardown: { protect } }: Pick<Config, "project" | "teardown">,
  now = new Date(),
): Promise<{ expired: Expiry[]; unreadable: string[] }> {
  const unreadable: string[] = [];
  const latest = new Map<string, number>();
  for await (const [name, tags] of tagged(context, project)) {
    const environment = environmentOf(tags, { project });
    const text = tagValue(tags, EXPIRES_AT);
    if (environment === undefined || text === undefined) continue;
    if (!isEnvironmentName(environment)) {
      unreadable.push(
        `${name} has the tag scones:environment: "${environment}", which is no environment's name. Correct it.`,
      );
      continue;
    }
    const time = text === NEVER ? Infinity : Date.parse(text);
    if (Number.isNaN(time)) {
      unreadable.push(
        `${name} has the tag ${EXPIRES_AT}: "${text}", which is no time. Correct it.`,
      );
    }
    const stays = Number.isNaN(time) || isProtected(tags) || protect.includes(environment);
    const before = latest.get(environment) ?? -Infinity;
    latest.set(environment, Math.max(before, stays ? Infinity : time));
  }
  const expired = [...latest]
    .filter(([, time]) => time <= now.getTime())
    .map(([environment, time]) => ({ environment, expiresAt: new Date(time) }));
  return { expired, unreadable };
}

async function* tagged(
  context: Context,
  project: string,
): AsyncGenerator<[name: string, tags: Tags]> {
  const { sagemaker, cloudformation } = context.clients;
  const abort = { abortSignal: context.signal };
  const endpoints = paginateListEndpoints(
    { client: sagemaker },
    { NameContains: `${project}-` },
    abort,
  );
  for await (const { Endpoints = [] } of endpoints) {
    for (const { EndpointName, EndpointArn } of Endpoints) {
      // Another project's, such as acme-scones-production, is not for this role to read.
      if (!EndpointName?.startsWith(`${project}-`)) continue;
      yield [`Endpoint ${EndpointName}`, await presentTags(context, EndpointArn)];
    }
  }
  for await (const { Stacks = [] } of paginateDescribeStacks(
    { client: cloudformation },
    {},
    abort,
  )) {
    for (const { StackName, Tags = [] } of Stacks) yield [`Stack ${StackName}`, Tags];
  }
}
