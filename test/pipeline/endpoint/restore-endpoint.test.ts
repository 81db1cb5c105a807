import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { StepError } from "../../../pipeline/errors.ts";
import { verifyDeployment } from "../../../pipeline/steps/verify-deployment.ts";
import { contextAnswering } from "../answering.ts";

const config = parseConfig("environment: test");

interface Request {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A verification that can't read what was measured, over an endpoint as these looks find it. */
async function verifyOver(
  looks: readonly (object | undefined)[],
  verified: Readonly<Record<string, string>> = {},
  schedules: readonly string[] = [],
) {
  const asked: Request[] = [];
  const watching = new Set(schedules);
  let look = 0;
  using context = contextAnswering((name, input) => {
    if (!/^(Describe|List)/.test(name)) asked.push({ name, input });
    if (name === "DescribeScalableTargets") return { ScalableTargets: [{}] };
    if (name === "ListTags") {
      return { Tags: Object.entries(verified).map(([Key, Value]) => ({ Key, Value })) };
    }
    const schedule = String(input["MonitoringScheduleName"]);
    if (name === "DeleteMonitoringSchedule") watching.delete(schedule);
    if (name === "DescribeMonitoringSchedule") {
      if (watching.has(schedule)) return { MonitoringScheduleStatus: "Scheduled" };
      throw Object.assign(new Error("Could not find it."), { name: "ResourceNotFound" });
    }
    if (name !== "DescribeEndpoint") return { ProductionVariants: [{ ModelName: "model" }] };
    const found = looks[Math.min(look++, looks.length - 1)];
    if (found === undefined) throw new Error('Could not find endpoint "scones-test".');
    return found;
  });
  const said = await verifyDeployment(context, config, {
    readMeasured: () => Promise.reject(new StepError("There is no evaluation.")),
    stateMachineArn: "arn",
    endpointName: "scones-test",
    endpointConfigName: "new",
    pollIntervalMs: 1,
  }).then(
    () => "verified",
    (error: Error) => error.message,
  );
  return { said: said.split("\n"), asked };
}

const at = (EndpointConfigName: string, EndpointStatus = "InService") => ({
  EndpointConfigName,
  EndpointStatus,
});

/** As the verification, the taking back, the moment before it and the end of scaling find it. */
const serving = [at("new"), at("new"), at("new"), at("new")];

test("an evaluation that can't be read leaves no new model serving: the former one comes back, all at once, for as long as it was to live", async () => {
  const expiry = "2026-06-01T12:00:00.000Z";
  const tags = { "scones:verified": "former", "scones:verified-expires-at": expiry };
  const looks = [...serving, at("new", "Updating"), at("former")];
  const { said, asked } = await verifyOver(looks, tags);
  expect(said).toEqual([
    "There is no evaluation.",
    `Endpoint scones-test serves the former model again, by former, and expires at ${expiry} as before.`,
    expect.stringMatching(/^before: InService with new of model, \d{4}-.*Z$/),
    expect.stringMatching(/^during: Updating with new of model, /),
    expect.stringMatching(/^after: InService with former of model, /),
  ]);
  const update = asked.find(({ name }) => name === "UpdateEndpoint")?.input;
  expect(update).toMatchObject({
    EndpointConfigName: "former",
    RetainAllVariantProperties: true,
    DeploymentConfig: {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0 },
      },
    },
  });
  expect(update?.["DeploymentConfig"]).not.toHaveProperty("AutoRollbackConfiguration");
  expect(asked.filter(({ name }) => name === "AddTags").map(({ input }) => input)).toEqual([
    expect.objectContaining({ Tags: [{ Key: "scones:expires-at", Value: expiry }] }),
  ]);
});

test("an endpoint whose models never verified is taken down, its scaling and its schedules before it", async () => {
  const looks = [...serving, at("new", "Deleting"), undefined];
  const { said, asked } = await verifyOver(looks, { "scones:verified": "none" }, [
    "scones-test-data-quality",
  ]);
  expect(said.slice(1)).toEqual([
    "Nothing that endpoint scones-test served ever verified: it is deleted.",
    expect.stringMatching(/^before: InService with new of model, /),
    expect.stringMatching(/^during: Deleting with new of model, /),
    expect.stringMatching(/^after: gone, /),
  ]);
  const names = asked.map(({ name }) => name);
  expect(names.filter((name) => /^(De(register|lete)|Stop)/.test(name))).toEqual([
    "DeregisterScalableTarget",
    "StopMonitoringSchedule",
    "DeleteMonitoringSchedule",
    "DeleteEndpoint",
  ]);
});

test.each([
  ["what verified before", { "scones:verified": "new" }, "serves what verified in an earlier run"],
  ["an endpoint that says nothing of it", {}, "does not say what verified before"],
])("a verification that fails leaves %s as it is", async (_, tags, why) => {
  const { said, asked } = await verifyOver([at("new")], tags);
  expect(said).toEqual([
    "There is no evaluation.",
    expect.stringContaining(`Endpoint scones-test ${why}, and is left as it is`),
  ]);
  expect(asked).toEqual([]);
});

test.each([
  ["another configuration", at("former"), "serves former, not new: "],
  ["nothing any more", undefined, "is gone, and was to serve new. "],
])("a second attempt over %s verifies nothing and takes nothing back", async (_, found, why) => {
  const { said, asked } = await verifyOver([found], { "scones:verified": "none" });
  expect(said).toEqual([expect.stringContaining(`Endpoint scones-test ${why}`)]);
  expect(said[0]).toMatch(/Run the pipeline again from its start\.$/);
  expect(asked).toEqual([]);
});
