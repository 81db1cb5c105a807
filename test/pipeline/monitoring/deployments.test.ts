import { expect, test } from "@jest/globals";
import { deploymentsOf } from "../../../pipeline/monitoring/deployments.ts";
import { contextAnswering } from "../answering.ts";

const scope = { project: "scones", environment: "test" };
const made = new Date("2026-01-01T10:00:00Z");

async function eventsOf(LastModifiedTime: Date) {
  using context = contextAnswering((operation) =>
    operation === "DescribeEndpoint"
      ? { EndpointStatus: "InService", CreationTime: made, LastModifiedTime }
      : {},
  );
  const found = await deploymentsOf(context, scope, "scones-test");
  return found.map(({ at, event, detail }) => [at, event, detail]);
}

test("what AWS says of an endpoint's last change is no update: scaling and its own creation move it, too", async () => {
  const created = ["2026-01-01T10:00:00.000Z", "endpoint created", ""];
  const changed = "endpoint last changed";
  expect(await eventsOf(new Date("2026-01-01T10:05:00Z"))).toEqual([
    ["2026-01-01T10:05:00.000Z", changed, "InService; its creation and scaling count, too"],
    created,
  ]);
  expect(await eventsOf(made)).toEqual([created]);
});
