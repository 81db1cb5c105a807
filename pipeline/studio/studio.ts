import {
  type AppType,
  DeleteAppCommand,
  DeleteDomainCommand,
  DeleteSpaceCommand,
  DeleteUserProfileCommand,
  DescribeAppCommand,
  DescribeDomainCommand,
  DescribeSpaceCommand,
  DescribeUserProfileCommand,
  paginateListApps,
  paginateListDomains,
  paginateListSpaces,
  paginateListUserProfiles,
} from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent, StepError } from "../errors.ts";
import { poll, type Wait } from "../poll.ts";
import { isTagged, presentTags } from "../tags.ts";

/** What SageMaker Studio is made of, in the order in which it can be deleted. */
export const studioKinds = [
  "studio app",
  "studio space",
  "studio user profile",
  "studio domain",
] as const;

export interface StudioResource {
  readonly kind: (typeof studioKinds)[number];
  /** A domain's id; the others' `d-123/scientist`; an app's `d-123/space:scientist/JupyterLab/default`. */
  readonly name: string;
}

/**
 * Everything of Studio that exists: domains that carry exactly this project's and environment's tags, and what
 * is in them, whoever made it. A listing that fails, fails.
 */
export async function studioResources(context: Context, config: Config): Promise<StudioResource[]> {
  const { sagemaker: client } = context.clients;
  const abort = { abortSignal: context.signal };
  const found: StudioResource[] = [];
  for await (const { Domains = [] } of paginateListDomains({ client }, {}, abort)) {
    for (const { DomainId = "", DomainArn } of Domains) {
      if (!isTagged(config, await presentTags(context, DomainArn))) continue;
      found.push({ kind: "studio domain", name: DomainId });
      found.push(...((await ifPresent(contentsOf(context, DomainId))) ?? []));
    }
  }
  return found.toSorted((a, b) => studioKinds.indexOf(a.kind) - studioKinds.indexOf(b.kind));
}

/** What is in a domain, whoever made it. */
async function contentsOf(context: Context, DomainId: string): Promise<StudioResource[]> {
  const { sagemaker: client } = context.clients;
  const abort = { abortSignal: context.signal };
  const found: StudioResource[] = [];
  const inDomain = { DomainIdEquals: DomainId };
  for await (const { Apps = [] } of paginateListApps({ client }, inDomain, abort)) {
    for (const { Status, SpaceName, UserProfileName, AppType, AppName } of Apps) {
      if (Status === "Deleted" || Status === "Failed") continue; // listed for a day, and not billed
      const owner = SpaceName === undefined ? `user:${UserProfileName}` : `space:${SpaceName}`;
      found.push({ kind: "studio app", name: `${DomainId}/${owner}/${AppType}/${AppName}` });
    }
  }
  for await (const { Spaces = [] } of paginateListSpaces({ client }, inDomain, abort)) {
    for (const { SpaceName } of Spaces) {
      found.push({ kind: "studio space", name: `${DomainId}/${SpaceName}` });
    }
  }
  for await (const { UserProfiles = [] } of paginateListUserProfiles({ client }, inDomain, abort)) {
    for (const { UserProfileName } of UserProfiles) {
      found.push({ kind: "studio user profile", name: `${DomainId}/${UserProfileName}` });
    }
  }
  return found;
}

/**
 * Deletes one of them and waits until it is gone; what is being made or changed is waited for first. With a domain
 * goes its file system, if somebody had it given one.
 * @throws StepError where SageMaker could not delete it, with its reason.
 */
export async function removeStudioResource(
  context: Context,
  { kind, name }: StudioResource,
  wait: Wait,
): Promise<void> {
  const { look, remove } = operations(context, kind, name);
  let asked = false;
  await poll(
    async () => {
      const state = await ifPresent(look());
      if (state === undefined || state.Status === "Deleted") return true;
      if (/^(Pending|Updating|Deleting)$/.test(state.Status ?? "")) return undefined;
      if (asked && /failed$/i.test(state.Status ?? "")) {
        throw new StepError(
          `${kind} ${name} is ${state.Status}: ${state.FailureReason ?? "no reason given"}. ` +
            "Look at it in SageMaker's console, then run the step again.",
        );
      }
      if (!asked) await ifPresent(remove(state));
      asked = true;
      return undefined;
    },
    {
      what: `The deletion of ${kind} ${name}`,
      ...wait,
      signal: context.signal,
      resume: "It goes on: run the step again.",
    },
  );
}

interface State {
  readonly Status?: string | undefined;
  readonly FailureReason?: string | undefined;
  readonly HomeEfsFileSystemId?: string | undefined;
}

interface Operations {
  readonly look: () => Promise<State>;
  readonly remove: (state: State) => Promise<unknown>;
}

function operations(
  { clients: { sagemaker }, signal }: Context,
  kind: StudioResource["kind"],
  name: string,
): Operations {
  const abort = { abortSignal: signal };
  const [DomainId = "", owned = "", type, AppName = ""] = name.split("/");
  switch (kind) {
    case "studio app": {
      const [as, owner = ""] = owned.split(":");
      const of = as === "space" ? { SpaceName: owner } : { UserProfileName: owner };
      const app = { DomainId, ...of, AppType: type as AppType, AppName };
      return {
        look: () => sagemaker.send(new DescribeAppCommand(app), abort),
        remove: () => sagemaker.send(new DeleteAppCommand(app), abort),
      };
    }
    case "studio space": {
      const space = { DomainId, SpaceName: owned };
      return {
        look: () => sagemaker.send(new DescribeSpaceCommand(space), abort),
        remove: () => sagemaker.send(new DeleteSpaceCommand(space), abort),
      };
    }
    case "studio user profile": {
      const profile = { DomainId, UserProfileName: owned };
      return {
        look: () => sagemaker.send(new DescribeUserProfileCommand(profile), abort),
        remove: () => sagemaker.send(new DeleteUserProfileCommand(profile), abort),
      };
    }
    case "studio domain":
  }
  return {
    look: () => sagemaker.send(new DescribeDomainCommand({ DomainId }), abort),
    remove: ({ HomeEfsFileSystemId }) =>
      sagemaker.send(
        new DeleteDomainCommand({
          DomainId,
          ...(HomeEfsFileSystemId && { RetentionPolicy: { HomeEfsFileSystem: "Delete" } }),
        }),
        abort,
      ),
  };
}
