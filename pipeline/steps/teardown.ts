import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  paginateListModelPackages,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { emptyPrefix } from "../empty-prefix.ts";
import { describeEndpoint } from "../endpoint.ts";
import { StepError } from "../errors.ts";
import { inventory, type Resource } from "../inventory.ts";
import { keys, names } from "../names.ts";
import { poll } from "../poll.ts";
import { deregisterScaling } from "../scaling.ts";
import { deleteStack } from "../stack.ts";

export interface TeardownInput {
  readonly bucket: string;
  /** Ends after the plan. */
  readonly dryRun?: boolean | undefined;
  readonly pollIntervalMs?: number;
}

export interface TornDown {
  readonly deleted: readonly Resource[];
  /** What a dry run would have deleted; empty otherwise. */
  readonly planned: readonly Resource[];
}

/** Some of it is still there. `left` names it. */
export class TeardownError extends StepError {
  readonly left: readonly Resource[];
  readonly deleted: readonly Resource[];

  constructor(
    message: string,
    { left, deleted }: { left: readonly Resource[]; deleted: readonly Resource[] },
    options: ErrorOptions,
  ) {
    super(message, options);
    this.left = left;
    this.deleted = deleted;
  }
}

const ROUNDS = 3;

/**
 * Deletes what carries this project's and environment's tags and the objects under their prefix, in
 * dependency order, and then looks what is left. A deletion that fails does not stop the others.
 * @throws TeardownError with every failure and every leftover.
 */
export async function teardown(
  context: Context,
  config: Config,
  input: TeardownInput,
): Promise<TornDown> {
  const deleted: Resource[] = [];
  let failures: Error[] = [];
  let left = await inventory(context, config, input);
  if (left.length === 0) context.progress.line("nothing to delete");
  if (input.dryRun === true) {
    if (left.length > 0) context.progress.line(`would delete: ${describe(left)}`);
    return { deleted, planned: left };
  }
  // A cancelled run's last request can still make something while the first round deletes.
  for (let round = 1; round <= ROUNDS && left.length > 0; round++) {
    context.progress.line(`to delete: ${describe(left)}`);
    failures = [];
    for (const resource of left) {
      try {
        await remove(context, config, input, resource);
        deleted.push(resource);
      } catch (error) {
        context.signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        failures.push(
          new StepError(`${resource.kind} ${resource.name}: ${reason}`, { cause: error }),
        );
      }
    }
    left = await inventory(context, config, input);
  }
  if (left.length > 0) {
    throw new TeardownError(
      [
        `Teardown of ${names.endpoint(config)} is not complete; run it again.`,
        ...failures.map(({ message }) => `not deleted: ${message}`),
        `left: ${describe(left)}`,
      ].join("\n"),
      { left, deleted },
      { cause: failures[0] },
    );
  }
  context.progress.line("left: nothing");
  return { deleted, planned: [] };
}

/** `endpoint a, 409 objects in s3://…` as one readable line. */
function describe(resources: readonly Resource[]): string {
  return resources
    .map(
      ({ kind, name, count }) =>
        `${kind === "objects" ? `${count}${count === 1000 ? "+" : ""} objects in` : kind} ${name}`,
    )
    .join(", ");
}

async function remove(
  context: Context,
  config: Config,
  input: TeardownInput,
  { kind, name }: Resource,
): Promise<void> {
  const { sagemaker } = context.clients;
  const gone = (look: () => Promise<boolean>) =>
    poll(async () => ((await look()) ? true : undefined), {
      what: `The deletion of ${kind} ${name}`,
      timeoutMs: config.endpoint.maxWaitMinutes * 60_000,
      intervalMs: input.pollIntervalMs ?? 5000,
      signal: context.signal,
      resume: "It goes on: run the step again.",
    });
  switch (kind) {
    case "scaling":
      await deregisterScaling(context, name);
      return;
    case "endpoint":
      // One that is being made or updated cannot be deleted yet.
      await gone(
        async () => !(await describeEndpoint(context, name))?.EndpointStatus?.endsWith("ing"),
      );
      await ignoringAbsence(sagemaker.send(new DeleteEndpointCommand({ EndpointName: name })));
      await gone(async () => (await describeEndpoint(context, name)) === undefined);
      return;
    case "endpoint configuration":
      await ignoringAbsence(
        sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })),
      );
      return;
    case "model":
      await ignoringAbsence(sagemaker.send(new DeleteModelCommand({ ModelName: name })));
      return;
    case "training job":
      await ignoringAbsence(sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name })));
      await gone(async () => {
        const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
        return !["InProgress", "Stopping"].includes(job.TrainingJobStatus ?? "");
      });
      return;
    case "transform job":
      await ignoringAbsence(
        sagemaker.send(new StopTransformJobCommand({ TransformJobName: name })),
      );
      await gone(async () => {
        const job = await sagemaker.send(
          new DescribeTransformJobCommand({ TransformJobName: name }),
        );
        return !["InProgress", "Stopping"].includes(job.TransformJobStatus ?? "");
      });
      return;
    case "model package group":
      await removePackages(context, name);
      await sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: name }));
      return;
    case "stack":
      await deleteStack(context, name, { timeoutMs: config.endpoint.maxWaitMinutes * 60_000 });
      return;
    case "objects":
      await removeObjects(context, config, input);
  }
}

async function removePackages({ clients }: Context, group: string): Promise<void> {
  const pages = paginateListModelPackages(
    { client: clients.sagemaker },
    { ModelPackageGroupName: group },
  );
  for await (const { ModelPackageSummaryList = [] } of pages) {
    for (const { ModelPackageArn } of ModelPackageSummaryList) {
      await clients.sagemaker.send(
        new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn }),
      );
    }
  }
}

/** Captures and logs of what was just deleted can still arrive: looks again until the prefix stays empty. */
async function removeObjects(
  context: Context,
  config: Config,
  { bucket, pollIntervalMs = 5000 }: TeardownInput,
): Promise<void> {
  const prefix = keys.environment(config);
  await emptyPrefix(context, bucket, prefix);
  await sleep(Math.min(pollIntervalMs, 2000), undefined, { signal: context.signal });
  await emptyPrefix(context, bucket, prefix);
}

/** Deleting what is gone, or stopping what is over, is success. */
async function ignoringAbsence(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /could not find|not found|does not exist|is in status|terminal state/i.test(
      `${error.name} ${error.message}`,
    )
  );
}
