import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { describeEndpoint } from "../endpoint/endpoint.ts";
import { StepError } from "../errors.ts";
import { expiryTag, setExpiry, setKeep } from "../teardown/expiry.ts";
import { names } from "../names.ts";
import { applyStack } from "../stack/stack.ts";
import { describeStack } from "../stack/stack-status.ts";
import { isTagged, keepTag, tags, tagsOf } from "../tags.ts";

export interface KeepEnvironmentInput {
  /** From when on teardown may take the environment away; it stays where this is not given. */
  readonly expiresAt: Date | undefined;
  /** What CloudFormation works as; the caller's own permissions where it is not given. */
  readonly cloudFormationRoleArn?: string | undefined;
  readonly pollIntervalMs?: number;
}

/** What says now when the environment ends: `endpoint a`, `stack b`. */
export interface KeptEnvironment {
  readonly kept: readonly string[];
}

/**
 * Says anew when an environment ends, on its endpoint and its stack, and whether it is marked to stay;
 * nothing else of them changes.
 * @throws StepError where neither is there, or the stack is one that can only be deleted.
 */
export async function keepEnvironment(
  context: Context,
  config: Config,
  input: KeepEnvironmentInput,
): Promise<KeptEnvironment> {
  const kept = [
    ...(await keepEndpoint(context, config, input)),
    ...(await keepStack(context, config, input)),
  ];
  if (kept.length === 0) {
    throw new StepError(
      `Environment ${config.environment} has neither an endpoint nor a stack: there is nothing to keep. Deploy it.`,
    );
  }
  const until = input.expiresAt?.toISOString() ?? "somebody tears it down";
  context.progress.line(`${kept.join(" and ")} stay until ${until}`);
  return { kept };
}

async function keepEndpoint(
  context: Context,
  config: Config,
  { expiresAt }: KeepEnvironmentInput,
): Promise<string[]> {
  const name = names.endpoint(config);
  const endpoint = await describeEndpoint(context, name);
  if (endpoint === undefined) return [];
  const { EndpointArn } = endpoint;
  if (!isTagged(config, await tagsOf(context, EndpointArn))) return [];
  await setExpiry(context, EndpointArn, expiresAt);
  await setKeep(context, config, EndpointArn);
  return [`endpoint ${name}`];
}

async function keepStack(
  context: Context,
  config: Config,
  { expiresAt, cloudFormationRoleArn, pollIntervalMs }: KeepEnvironmentInput,
): Promise<string[]> {
  const name = names.stack(config);
  const stack = await describeStack(context, name);
  if (stack === undefined || !isTagged(config, stack.tags)) return [];
  // Deploying would delete such a stack to make it anew, and here there is no template for that.
  if (/^(CREATE_FAILED|ROLLBACK_|DELETE_)/.test(stack.status)) {
    throw new StepError(
      `Stack ${name} is ${stack.status} and can't be tagged anew. Deploy it again, or tear the environment down.`,
    );
  }
  await applyStack(context, {
    name,
    template: { UsePreviousTemplate: true },
    parameters: Object.fromEntries(stack.parameters.map((parameter) => [parameter, undefined])),
    tags: [...tags(config), expiryTag(expiresAt), keepTag(config)],
    roleArn: cloudFormationRoleArn,
    ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
  });
  return [`stack ${name}`];
}
