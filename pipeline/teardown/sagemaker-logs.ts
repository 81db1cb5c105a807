import {
  DeleteLogStreamCommand,
  paginateDescribeLogStreams,
} from "@aws-sdk/client-cloudwatch-logs";
import pMap from "p-map";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent, isAbsent } from "../errors.ts";
import { names } from "../names.ts";
import { isTagged, presentTags } from "../tags.ts";

/**
 * Where SageMaker writes what the containers of all jobs of an account say, and what those jobs' ARNs have.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
 */
const JOBS = [
  { group: "/aws/sagemaker/TrainingJobs", job: "training-job" },
  { group: "/aws/sagemaker/TransformJobs", job: "transform-job" },
] as const;

const JOBS_AT_ONCE = 8;

/** What one job's containers said. */
export interface JobLog {
  /** `/aws/sagemaker/TrainingJobs/scones-production-1a2b3c4d5e`: the group, then the job. */
  readonly name: string;
  /** How many streams. */
  readonly count: number;
}

/**
 * The logs of the environment's jobs. AWS tags no stream: one belongs to the job that its name begins with,
 * whose own tags say whose it is.
 */
export async function jobLogs(context: Context, config: Config): Promise<JobLog[]> {
  const found = await Promise.all(
    JOBS.map(async ({ group, job }) => {
      const arns = new Map<string, string[]>();
      const prefix = `${names.endpoint(config)}-`;
      for await (const { name, arn } of streams(context, group, prefix)) {
        const [owner = ""] = name.split("/");
        arns.set(owner, [...(arns.get(owner) ?? []), arn]);
      }
      return pMap(
        arns,
        async ([owner, [first = "", ...others]]) => {
          const tags = await presentTags(context, arnBeside(first, `${job}/${owner}`));
          const log = { name: `${group}/${owner}`, count: 1 + others.length };
          return isTagged(config, tags) ? [log] : [];
        },
        { concurrency: JOBS_AT_ONCE },
      );
    }),
  );
  return found.flat(2);
}

/** Deletes what one job's containers said, and nothing else of the group. */
export async function removeJobLog(context: Context, name: string): Promise<void> {
  const at = name.lastIndexOf("/");
  const logGroupName = name.slice(0, at);
  const all = await Array.fromAsync(streams(context, logGroupName, `${name.slice(at + 1)}/`));
  for (const { name: logStreamName } of all) {
    await ifPresent(
      context.clients.logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName }), {
        abortSignal: context.signal,
      }),
    );
  }
}

/** The streams of a group whose names begin like that; none where there is no such group. */
async function* streams(
  context: Context,
  logGroupName: string,
  logStreamNamePrefix: string,
): AsyncGenerator<{ name: string; arn: string }> {
  const pages = paginateDescribeLogStreams(
    { client: context.clients.logs },
    { logGroupName, logStreamNamePrefix },
    { abortSignal: context.signal },
  );
  try {
    for await (const { logStreams = [] } of pages)
      for (const { logStreamName: name = "", arn = "" } of logStreams) yield { name, arn };
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** A SageMaker ARN of the partition, region and account of another ARN. */
function arnBeside(other: string, resource: string): string {
  const [, partition, , region, account] = other.split(":");
  return `arn:${partition}:sagemaker:${region}:${account}:${resource}`;
}
