import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { expiredEnvironments } from "../../../pipeline/teardown/expiry.ts";
import { keepEnvironment } from "../../../pipeline/steps/keep-environment.ts";
import { tags } from "../../../pipeline/tags.ts";
import { contextAnswering } from "../answering.ts";
import { configOf, openStand, pollIntervalMs, type Stand } from "./teardown-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const hour = 3_600_000;

test("an environment's end is said anew, later and sooner, on its endpoint and its stack", async () => {
  const config = configOf("kept");
  const { context, aws } = stand;
  const now = Date.now();
  await stand.deployAll(config, new Date(now + hour));
  const keepUntil = (expiresAt: Date | undefined) =>
    keepEnvironment(context, config, { ...aws, expiresAt, pollIntervalMs });
  const expiredIn = async (hours: number) =>
    (await expiredEnvironments(context, config, new Date(now + hours * hour))).expired.length > 0;
  expect(await expiredIn(2)).toBe(true);
  expect((await keepUntil(new Date(now + 3 * hour))).kept).toEqual([
    "endpoint scones-kept",
    "stack scones-kept-application",
  ]);
  expect([await expiredIn(2), await expiredIn(4)]).toEqual([false, true]);
  await keepUntil(new Date(now + hour));
  expect(await expiredIn(2)).toBe(true);
  await keepUntil(undefined);
  expect(await expiredIn(9000)).toBe(false);
});

test("where nothing is deployed, there is nothing to keep", async () => {
  const kept = keepEnvironment(stand.context, configOf("absent"), { expiresAt: undefined });
  await expect(kept).rejects.toThrow(/neither an endpoint nor a stack.*Deploy it/);
});

test.each(["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"])(
  "a stack that is %s is not deleted to be made anew without a template",
  async (StackStatus) => {
    const config = configOf("broken");
    using context = contextAnswering((operation) => {
      if (operation === "DescribeEndpoint") throw new Error("Could not find endpoint");
      if (operation !== "DescribeStacks") throw new Error(`${operation} was not expected`);
      return {
        Stacks: [{ StackName: "scones-broken-application", StackStatus, Tags: tags(config) }],
      };
    });
    await expect(keepEnvironment(context, config, { expiresAt: undefined })).rejects.toThrow(
      `Stack scones-broken-application is ${StackStatus} and can't be tagged anew.`,
    );
  },
);
