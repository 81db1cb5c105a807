import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { expiredEnvironments, expiryTag } from "../../../pipeline/teardown/expiry.ts";
import { tags } from "../../../pipeline/tags.ts";
import { contextAnswering } from "../answering.ts";

const now = new Date("2026-06-01T12:00:00Z");
const hoursFromNow = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

/** Tags of an environment of `project` that ends so many hours from now; undefined: never. */
function expiring(environment: string, hours?: number, project = "scones") {
  const expiresAt = hours === undefined ? undefined : hoursFromNow(hours);
  return [...tags({ project, environment }), expiryTag(expiresAt)];
}

/** One of the items, as a page whose token is a number. */
function page<T>(items: readonly T[], token: unknown) {
  const at = Number(token ?? 0);
  return { items: items.slice(at, at + 1), next: at + 1 < items.length ? `${at + 1}` : undefined };
}

const config = parseConfig("teardown: { protect: [production] }");

/** The expired environments of an account with such endpoints and stacks, one on a page. */
async function expired(
  endpoints: Readonly<Record<string, readonly object[]>>,
  stacks: Readonly<Record<string, readonly object[]>> = {},
) {
  const asked: unknown[] = [];
  using context = contextAnswering((operation, { NextToken, NameContains, ResourceArn }) => {
    if (operation === "ListTags") {
      asked.push(ResourceArn);
      return { Tags: endpoints[String(ResourceArn)] };
    }
    if (operation === "ListEndpoints") {
      const named = Object.keys(endpoints).filter((name) => name.includes(String(NameContains)));
      const { items, next } = page(named, NextToken);
      const Endpoints = items.map((name) => ({ EndpointName: name, EndpointArn: name }));
      return { Endpoints, NextToken: next };
    }
    const { items, next } = page(Object.entries(stacks), NextToken);
    return { Stacks: items.map(([StackName, Tags]) => ({ StackName, Tags })), NextToken: next };
  });
  const result = await expiredEnvironments(context, config, now);
  const { unreadable } = result;
  return { found: result.expired.map(({ environment }) => environment), unreadable, asked };
}

test("an environment expires at its time, whether an endpoint or a stack of it is left", async () => {
  const { found } = await expired(
    { "scones-a": expiring("a", -1), "scones-b": expiring("b", 1), "scones-c": expiring("c", 0) },
    { "scones-d-application": expiring("d", -1), "scones-e-application": expiring("e", 1) },
  );
  expect(found).toEqual(["a", "c", "d"]);
});

test("what was to stay for ever, and what carries other tags, stays", async () => {
  const { found } = await expired(
    { "scones-a": expiring("a"), "scones-b": [], "scones-c": expiring("c", -1, "others") },
    { "scones-bootstrap": [{ Key: "scones:expires-at", Value: hoursFromNow(-1).toISOString() }] },
  );
  expect(found).toEqual([]);
});

test("where the tags of endpoint and stack differ, the later one counts", async () => {
  const earlier = { "scones-a": expiring("a", -2) };
  expect((await expired(earlier, { stack: expiring("a", 1) })).found).toEqual([]);
  expect((await expired(earlier, { stack: expiring("a", -1) })).found).toEqual(["a"]);
});

test("another project's endpoint whose name has ours in it is not asked for its tags", async () => {
  const { found, asked } = await expired({ "acme-scones-a": expiring("a", -1) });
  expect({ found, asked }).toEqual({ found: [], asked: [] });
});

test("an endpoint that is to stay now keeps a stack that was to go", async () => {
  const { found } = await expired({ "scones-a": expiring("a") }, { stack: expiring("a", -1) });
  expect(found).toEqual([]);
});

test("a tag that holds no time is named, its environment stays, and others still expire", async () => {
  const wrong = [...tags({ project: "scones", environment: "a" })];
  const endpoints = {
    "scones-a": [...wrong, { Key: "scones:expires-at", Value: "soon" }],
    "scones-b": expiring("b", -1),
  };
  const { found, unreadable } = await expired(endpoints, { stack: expiring("a", -1) });
  expect(found).toEqual(["b"]);
  expect(unreadable).toEqual([
    'Endpoint scones-a has the tag scones:expires-at: "soon", which is no time. Correct it.',
  ]);
});

test("a tag that names no environment, such as a part of another's prefix, removes nothing", async () => {
  const odd = ["production/datasets", "uploads", "captures", ""];
  const stacks = Object.fromEntries(odd.map((name) => [`odd-${name}`, expiring(name, -1)]));
  const { found, unreadable } = await expired({ "scones-b": expiring("b", -1) }, stacks);
  expect(found).toEqual(["b"]);
  expect(unreadable[0]).toBe(
    'Stack odd-production/datasets has the tag scones:environment: "production/datasets", which is no environment\'s name. Correct it.',
  );
  expect(unreadable).toHaveLength(odd.length);
});

test("the tag says when, or that it is never", () => {
  const Key = "scones:expires-at";
  expect(expiryTag(now)).toEqual({ Key, Value: "2026-06-01T12:00:00.000Z" });
  expect(expiryTag(undefined)).toEqual({ Key, Value: "never" });
});

test("what is marked to stay does not expire, by its own tag, by another's of its environment, or by pipeline.yaml", async () => {
  const keep = { Key: "scones:keep", Value: "true" };
  const { found } = await expired(
    {
      "scones-a": [...expiring("a", -1), keep],
      "scones-b": expiring("b", -1),
      "scones-production": expiring("production", -1),
      "scones-d": [...expiring("d", -1), { ...keep, Value: "false" }],
    },
    { "scones-b-application": [...expiring("b", -1), keep] },
  );
  expect(found).toEqual(["d"]);
});
