import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { explainBucketError } from "../dataset/bucket-error.ts";
import { emptyPrefix } from "./empty-prefix.ts";
import { StepError } from "../errors.ts";
import { keys } from "../names.ts";
import { isConflict } from "../s3.ts";

/** Who works on an environment until when, as its lease says. */
export interface Holding {
  /** Names the run; the same in all its jobs and attempts. */
  readonly holder: string;
  readonly work: "pipeline" | "teardown" | "keep";
  /** ISO times. */
  readonly since: string;
  readonly until: string;
  /** Why it was taken from another, where it was. */
  readonly reason?: string | undefined;
}

export interface LeaseInput {
  readonly bucket: string;
  readonly holder: string;
  readonly work: Holding["work"];
  readonly minutes: number;
  /** Takes it from whoever has it; the reason stands in the lease. */
  readonly override?: string | undefined;
}

/** A lease that was taken. */
export interface Lease {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string | undefined;
  readonly versionId: string | undefined;
}

/** Another run works on the environment. */
export class LeaseError extends StepError {}

/** As often as others come in between. */
const TRIES = 5;

/**
 * Takes or renews the right to work on an environment, by conditional writes of one object beside the
 * environments: of two at the same time one gets it. It ends by itself, so that a killed run does not
 * hold it for ever. A newer run of the pipeline takes it from an older one.
 * @throws LeaseError naming who has it until when, and what to do.
 */
export async function takeLease(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  { bucket, holder, work, minutes, override }: LeaseInput,
): Promise<Lease> {
  const { s3 } = context.clients;
  const abort = { abortSignal: context.signal };
  const key = keys.lease(config);
  for (let attempt = 1; ; attempt++) {
    const found = await read(context, bucket, key);
    const now = new Date();
    const wanted: Holding = {
      holder,
      work,
      since: now.toISOString(),
      until: new Date(now.getTime() + minutes * 60_000).toISOString(),
      reason: override,
    };
    if (found !== undefined && override === undefined && !mayTake(found.holding, wanted, now)) {
      throw new LeaseError(refusal(config.environment, found.holding, wanted));
    }
    try {
      const { ETag, VersionId } = await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify(wanted),
          ContentType: "application/json",
          ...(found === undefined ? { IfNoneMatch: "*" } : { IfMatch: found.etag }),
        }),
        abort,
      );
      return { bucket, key, etag: ETag, versionId: VersionId };
    } catch (error) {
      // Somebody else wrote it, or released it, since it was read.
      if (!isConflict(error) || attempt >= TRIES) throw explainBucketError(error, bucket);
    }
  }
}

/**
 * Gives a lease back, unless somebody has taken it since. `purge` removes its former versions too,
 * so that nothing of it is left.
 */
export async function releaseLease(
  context: Context,
  { bucket, key, etag, versionId }: Lease,
  { purge = false }: { readonly purge?: boolean } = {},
): Promise<void> {
  const { s3 } = context.clients;
  const abort = { abortSignal: context.signal };
  const object = { Bucket: bucket, Key: key };
  try {
    if (purge) await emptyPrefix(quiet(context), bucket, key, ({ current }) => current);
    const marker = await s3.send(new DeleteObjectCommand({ ...object, IfMatch: etag }), abort);
    if (!purge) return;
    // The version first: without its marker it would be the lease again.
    for (const VersionId of [versionId, marker.VersionId]) {
      if (VersionId !== undefined)
        await s3.send(new DeleteObjectCommand({ ...object, VersionId }), abort);
    }
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

/** What is counted here is no work of the step. */
function quiet(context: Context): Context {
  const { progress } = context;
  return { ...context, progress: { line: (text) => progress.line(text), count: () => undefined } };
}

/** Works under a lease of which afterwards nothing is left. @throws LeaseError */
export async function withLease<T>(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  input: LeaseInput,
  work: () => Promise<T>,
): Promise<T> {
  const lease = await takeLease(context, config, input);
  try {
    return await work();
  } finally {
    await releaseLease(context, lease, { purge: true });
  }
}

/** Whether a lease may be taken that another may have. A run's number grows: the newer one wins. */
export function mayTake(held: Holding, wanted: Holding, now: Date): boolean {
  if (!isValid(held, now) || held.holder === wanted.holder) return true;
  return (
    held.work === "pipeline" && wanted.work === "pipeline" && numberOf(wanted) > numberOf(held)
  );
}

function isValid({ until }: Holding, now: Date): boolean {
  return Date.parse(until) > now.getTime();
}

/** NaN, which is greater than nothing, where the holder has none. */
function numberOf({ holder }: Holding): number {
  return Number(/-(\d+)$/.exec(holder)?.[1]);
}

function refusal(environment: string, held: Holding, wanted: Holding): string {
  const next =
    wanted.work === "teardown"
      ? "Wait for it, or give the reason why it is not to be respected (input override-lease)."
      : held.work === "pipeline" && wanted.work === "pipeline"
        ? "It is newer than this run, whose model would replace its own: let it end first."
        : "Run this again once it is over.";
  const why = held.reason === undefined ? "" : `, because "${held.reason}"`;
  return (
    `Environment ${environment} is being worked on by ${held.holder} (${held.work}) since ${held.since}, ` +
    `until ${held.until} at the latest${why}. ${next}`
  );
}

async function read(
  { clients, signal }: Context,
  Bucket: string,
  Key: string,
): Promise<{ holding: Holding; etag: string | undefined } | undefined> {
  try {
    const { Body, ETag } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }), {
      abortSignal: signal,
    });
    return { holding: holdingFrom((await Body?.transformToString()) ?? ""), etag: ETag };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw explainBucketError(error, Bucket);
  }
}

/** What is no lease, as a person may have written it, binds nobody. */
function holdingFrom(text: string): Holding {
  const none: Holding = { holder: "", work: "teardown", since: "", until: "" };
  try {
    return { ...none, ...(JSON.parse(text) as Partial<Holding>) };
  } catch {
    return none;
  }
}
