import {
  ListTagsForResourceCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import type { Tags } from "../tags.ts";

/** A log group of CloudWatch. */
export interface LogGroup {
  readonly name: string;
  readonly arn: string;
}

/** The log groups whose names begin like that. */
export async function* logGroups(
  { clients, signal }: Context,
  logGroupNamePrefix: string,
): AsyncGenerator<LogGroup> {
  const abort = { abortSignal: signal };
  const pages = paginateDescribeLogGroups({ client: clients.logs }, { logGroupNamePrefix }, abort);
  for await (const { logGroups: page = [] } of pages) {
    for (const { logGroupName: name = "", logGroupArn: arn = "" } of page) yield { name, arn };
  }
}

/** The tags of a log group; none of what is gone since it was listed. */
export async function tagsOfLogGroup(
  { clients, signal }: Context,
  { arn: resourceArn }: LogGroup,
): Promise<Tags> {
  const request = new ListTagsForResourceCommand({ resourceArn });
  const found = await ifPresent(clients.logs.send(request, { abortSignal: signal }));
  return Object.entries(found?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}
