import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import * as fc from "fast-check";
import {
  type Holding,
  LeaseError,
  mayTake,
  releaseLease,
  takeLease,
} from "../../../pipeline/teardown/lease.ts";
import { keys } from "../../../pipeline/names.ts";
import { bucket, openStand, type Stand } from "../stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const scope = (environment: string) => ({ project: "scones", environment });
const pipeline = (number: number, minutes = 10) => ({
  bucket,
  holder: `github-${number}`,
  work: "pipeline" as const,
  minutes,
});
const teardown = (number: number) => ({ ...pipeline(number), work: "teardown" as const });

/** Who has it, as the object says. */
async function holder(environment: string): Promise<string> {
  const Key = keys.lease(scope(environment));
  const { Body } = await stand.context.clients.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key }),
  );
  return (JSON.parse((await Body?.transformToString()) ?? "") as Holding).holder;
}

test("of ten that want it at the same time one gets it", async () => {
  const config = scope("wanted");
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, (_, number) => takeLease(stand.context, config, teardown(number))),
  );
  const refused = all.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(9);
  for (const each of refused) expect(each).toMatchObject({ reason: expect.any(LeaseError) });
});

test("its holder renews it, gives it back, and the next one takes it", async () => {
  const config = scope("renewed");
  const first = await takeLease(stand.context, config, pipeline(1));
  const renewed = await takeLease(stand.context, config, pipeline(1));
  expect(renewed.etag).not.toBe(first.etag);
  await releaseLease(stand.context, renewed);
  await takeLease(stand.context, config, teardown(2));
  expect(await holder("renewed")).toBe("github-2");
});

test("who lost it gives back nothing", async () => {
  const config = scope("lost");
  const lost = await takeLease(stand.context, config, pipeline(1));
  await takeLease(stand.context, config, { ...teardown(2), override: "its runner is gone" });
  await releaseLease(stand.context, lost, { purge: true });
  expect(await holder("lost")).toBe("github-2");
});

test("the older of two runs is refused, and the newer takes over", async () => {
  const config = scope("ordered");
  await takeLease(stand.context, config, pipeline(7));
  await takeLease(stand.context, config, pipeline(11));
  await expect(takeLease(stand.context, config, pipeline(7))).rejects.toThrow(
    /worked on by github-11 \(pipeline\) since .*newer than this run/,
  );
});

test("who only says when an environment ends takes it from nobody, and is waited for", async () => {
  const config = scope("kept");
  const keep = { ...pipeline(12), work: "keep" as const };
  await takeLease(stand.context, config, pipeline(7));
  await expect(takeLease(stand.context, config, keep)).rejects.toThrow(
    /worked on by github-7 \(pipeline\) .* Run this again once it is over\.$/,
  );
  await takeLease(stand.context, config, { ...keep, override: "it is over" });
  await expect(takeLease(stand.context, config, pipeline(13))).rejects.toThrow(
    /worked on by github-12 \(keep\) .* Run this again once it is over\.$/,
  );
});

test("a lease that is over keeps nobody off", async () => {
  const config = scope("over");
  await takeLease(stand.context, config, pipeline(1, 0));
  await takeLease(stand.context, config, teardown(2));
  expect(await holder("over")).toBe("github-2");
});

test("an object that is no lease keeps nobody off", async () => {
  const config = scope("scribbled");
  const object = { Bucket: bucket, Key: keys.lease(config), Body: "mine!" };
  await stand.context.clients.s3.send(new PutObjectCommand(object));
  await takeLease(stand.context, config, teardown(2));
  expect(await holder("scribbled")).toBe("github-2");
});

/** Whoever is no run has none, and is neither older nor newer. */
const numberOf = (name: string) => (name === "hand" ? Number.NaN : Number(name.slice(7)));

test("a valid lease passes only to its holder, or from a run of the pipeline to a newer one", () => {
  const now = new Date("2026-06-01T12:00:00Z");
  const holding = fc.record({
    holder: fc.oneof(
      fc.integer({ min: 1, max: 5 }).map((id) => `github-${id}`),
      fc.constant("hand"),
    ),
    work: fc.constantFrom("pipeline" as const, "teardown" as const, "keep" as const),
    since: fc.constant(now.toISOString()),
    until: fc.constantFrom("2026-06-01T11:59:00Z", "2026-06-01T12:01:00Z"),
  });
  fc.assert(
    fc.property(holding, holding, (held, wanted) => {
      const free = held.until < "2026-06-01T12:00" || held.holder === wanted.holder;
      const newer =
        held.work === "pipeline" &&
        wanted.work === "pipeline" &&
        numberOf(wanted.holder) > numberOf(held.holder);
      expect(mayTake(held, wanted, now)).toBe(free || newer);
    }),
  );
});
