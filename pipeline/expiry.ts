import { paginateDescribeStacks } from "@aws-sdk/client-cloudformation";
import { AddTagsCommand, ListTagsCommand, paginateListEndpoints } from "@aws-sdk/client-sagemaker";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { StepError } from "./errors.ts";
import type { Tag } from "./tags.ts";

/** An environment that was deployed for so long only. */
export interface Expiry {
  readonly environment: string;
  readonly expiresAt: Date;
}

const EXPIRES_AT = "scones:expires-at";

/** The tag that says from when on an environment may be torn down; none where it is to stay. */
export function expiryTags(expiresAt: Date | undefined): Tag[] {
  return expiresAt === undefined ? [] : [{ Key: EXPIRES_AT, Value: expiresAt.toISOString() }];
}

/** Says it of an endpoint that is there. */
export async function setExpiry(
  { clients }: Context,
  endpointArn: string | undefined,
  expiresAt: Date,
): Promise<void> {
  await clients.sagemaker.send(
    new AddTagsCommand({ ResourceArn: endpointArn, Tags: expiryTags(expiresAt) }),
  );
}

/**
 * The project's environments whose time is over, by the tags of their endpoints and stacks: a
 * teardown that ended half-way is found again. Where two tags differ, the later one counts.
 * @throws StepError where a tag holds no time.
 */
export async function expiredEnvironments(
  context: Context,
  { project }: Pick<Config, "project">,
  now = new Date(),
): Promise<Expiry[]> {
  const latest = new Map<string, Date>();
  for await (const [name, tags] of tagged(context, project)) {
    const value = (key: string) => tags.find(({ Key }) => Key === key)?.Value;
    const [environment, text] = [value("scones:environment"), value(EXPIRES_AT)];
    if (value("scones:project") !== project || environment === undefined) continue;
    if (text === undefined) continue;
    const expiresAt = new Date(text);
    if (Number.isNaN(expiresAt.getTime())) {
      throw new StepError(
        `${name} has the tag ${EXPIRES_AT}: "${text}", which is no time. Correct the tag.`,
      );
    }
    const before = latest.get(environment);
    if (before === undefined || before < expiresAt) latest.set(environment, expiresAt);
  }
  return [...latest]
    .filter(([, expiresAt]) => expiresAt <= now)
    .map(([environment, expiresAt]) => ({ environment, expiresAt }));
}

type Tags = readonly { Key?: string | undefined; Value?: string | undefined }[];

async function* tagged(
  { clients, signal }: Context,
  project: string,
): AsyncGenerator<[name: string, tags: Tags]> {
  const { sagemaker, cloudformation } = clients;
  const abort = { abortSignal: signal };
  const endpoints = paginateListEndpoints(
    { client: sagemaker },
    { NameContains: `${project}-` },
    abort,
  );
  for await (const { Endpoints = [] } of endpoints) {
    for (const { EndpointName, EndpointArn } of Endpoints) {
      if (!EndpointName?.startsWith(`${project}-`)) continue;
      // Another project's, such as acme-scones-production, is not for this role to read.
      if (EndpointName?.startsWith(`${project}-`) !== true) continue;
      const { Tags = [] } = await sagemaker.send(
        new ListTagsCommand({ ResourceArn: EndpointArn }),
        abort,
      );
      yield [`Endpoint ${EndpointName}`, Tags];
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
