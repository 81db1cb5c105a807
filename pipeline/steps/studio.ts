import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf, StepError } from "../errors.ts";
import { names } from "../names.ts";
import type { Pace } from "../poll.ts";
import { applyStack, type DeployedStack, deleteStack } from "../stack/stack.ts";
import { describeStack } from "../stack/stack-status.ts";
import {
  removeStudioResource,
  studioKinds,
  type StudioResource,
  studioResources,
} from "../studio/studio.ts";
import { studioTemplate } from "../studio/studio-template.ts";
import { isTagged, tags } from "../tags.ts";

interface Waits extends Pace {
  /** Of each. */
  readonly timeoutMs?: number | undefined;
}

export interface OpenStudioInput extends Waits {
  readonly bucket: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** What CloudFormation works as; the caller's own permissions where it is not given. */
  readonly cloudFormationRoleArn?: string | undefined;
  /** Caps what Studio's role may ever do. */
  readonly permissionsBoundaryArn?: string | undefined;
}

export interface OpenedStudio {
  readonly change: DeployedStack["change"];
  readonly domainId: string;
  readonly userProfileName: string;
}

const TIMEOUT_MS = 30 * 60_000;

/**
 * Puts SageMaker Studio up for an environment: one domain, user profile and JupyterLab space. It has no time of its own
 * at which it expires: it goes with its environment.
 * @throws StepError with the first failure of the stack, or where a former Studio was not taken down whole.
 */
export async function openStudio(
  context: Context,
  config: Config,
  input: OpenStudioInput,
): Promise<OpenedStudio> {
  const name = names.studioStack(config);
  if ((await describeStack(context, name)) === undefined) {
    const [left] = await studioResources(context, config);
    if (left !== undefined) {
      throw new StepError(
        `There is no stack ${name}, but ${left.kind} ${left.name}, which it would be made a second time beside. ` +
          "Take Studio down first (studio.yml, down), then put it up again.",
      );
    }
  }
  const stack = await applyStack(context, {
    name,
    template: { TemplateBody: await studioTemplate() },
    parameters: {
      Project: config.project,
      Environment: config.environment,
      ArtifactBucket: input.bucket,
      VpcId: input.vpcId,
      SubnetIds: input.subnetIds.join(","),
      PermissionsBoundaryArn: input.permissionsBoundaryArn ?? "",
    },
    tags: tags(config),
    roleArn: input.cloudFormationRoleArn,
    timeoutMs: input.timeoutMs,
    ...(input.pollIntervalMs === undefined ? {} : { pollIntervalMs: input.pollIntervalMs }),
  });
  const { DomainId: domainId = "", UserProfileName: userProfileName = "" } = stack.outputs;
  context.progress.line(`studio ${stack.change}: domain ${domainId}, user ${userProfileName}`);
  return { change: stack.change, domainId, userProfileName };
}

/**
 * Takes Studio down: apps, spaces, user profiles and domains one kind after the other, whoever made them, then
 * the stack. What does not carry the tags is left; what is gone is done already.
 * @returns what was deleted.
 * @throws StepError naming everything that could not be deleted, each with its reason.
 */
export async function closeStudio(
  context: Context,
  config: Config,
  { timeoutMs = TIMEOUT_MS, pollIntervalMs = 5000 }: Waits = {},
): Promise<StudioResource[]> {
  const pace = { timeoutMs, intervalMs: pollIntervalMs };
  const found = await studioResources(context, config);
  for (const kind of studioKinds) {
    const outcomes = await Promise.allSettled(
      found
        .filter((resource) => resource.kind === kind)
        .map(async (resource) => {
          await removeStudioResource(context, resource, pace);
          context.progress.line(`deleted ${resource.kind} ${resource.name}`);
        }),
    );
    context.signal.throwIfAborted();
    const reasons = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    if (reasons.length > 0) {
      throw new StepError(
        ["Studio is not taken down whole; run it again.", ...reasons.map(messageOf)].join("\n"),
        { cause: reasons[0] },
      );
    }
  }
  const name = names.studioStack(config);
  const stack = await describeStack(context, name);
  if (stack !== undefined && isTagged(config, stack.tags)) {
    context.progress.line(
      `stack ${name}: its deletion skips domain, user profile and space, which are gone`,
    );
    await deleteStack(context, name, pace);
  }
  context.progress.line("left of Studio: nothing");
  return found;
}
