import { AddTagsCommand } from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { expiryFrom, expiryText } from "../teardown/expiry.ts";
import { type Tag, tagsOf, tagValue } from "../tags.ts";

/** What an endpoint served when it last passed its verification. */
export interface Verified {
  /** Undefined where nothing that it served ever passed. */
  readonly endpointConfigName: string | undefined;
  /** When the environment was to expire by then; undefined where it was to stay. */
  readonly expiresAt: Date | undefined;
}

const VERIFIED = "scones:verified";
const EXPIRES_AT = "scones:verified-expires-at";

const NONE = "none";

/** The tags that say so of an endpoint; of a new one they say `none`. */
export function verifiedTags(verified?: Verified): Tag[] {
  return [
    { Key: VERIFIED, Value: verified?.endpointConfigName ?? NONE },
    { Key: EXPIRES_AT, Value: expiryText(verified?.expiresAt) },
  ];
}

/** Says it of an endpoint that is there. */
export async function setVerified(
  { clients, signal }: Context,
  endpointArn: string | undefined,
  verified: Verified,
): Promise<void> {
  await clients.sagemaker.send(
    new AddTagsCommand({ ResourceArn: endpointArn, Tags: verifiedTags(verified) }),
    { abortSignal: signal },
  );
}

/** What was last said of an endpoint that is there; undefined where nothing ever was. */
export async function lastVerified(
  context: Context,
  endpointArn: string | undefined,
): Promise<Verified | undefined> {
  const tags = await tagsOf(context, endpointArn);
  const endpointConfigName = tagValue(tags, VERIFIED);
  if (endpointConfigName === undefined) return undefined;
  return {
    endpointConfigName: endpointConfigName === NONE ? undefined : endpointConfigName,
    expiresAt: expiryFrom(tagValue(tags, EXPIRES_AT)),
  };
}
