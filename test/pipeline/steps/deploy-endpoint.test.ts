import {
  DescribeEndpointConfigCommand,
  ListEndpointConfigsCommand,
  ListTagsCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { captureLines, parseCapture } from "../../../pipeline/monitoring/capture.ts";
import { parseConfig } from "../../../pipeline/config.ts";
import { invokeEndpoint } from "../../../pipeline/endpoint/endpoint.ts";
import { expiryOf } from "../../../pipeline/teardown/expiry.ts";
import { keys } from "../../../pipeline/names.ts";
import { isScaled } from "../../../pipeline/endpoint/scaling.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { bucket, createModel, putModel, settled, until } from "../../local/sagemaker/fixture.ts";
import { createPackage, openDeploymentStand, type PackageOptions } from "./deployment-stand.ts";
import type { Stand } from "./evaluation-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openDeploymentStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

const createInput = (name: string, options?: PackageOptions) => createPackage(stand, name, options);

const configOf = (environment: string) => parseConfig(`environment: ${environment}`);

test("an approved package serves, captured, scaled and tagged", async () => {
  const config = configOf("serves");
  const made = await deployEndpoint(stand.context, config, await createInput("good"));
  expect(made).toMatchObject({ endpointName: "scones-serves", change: "created" });
  const { sagemaker } = stand.fixture;
  const served = await sagemaker.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: made.endpointConfigName }),
  );
  expect(served.DataCaptureConfig).toMatchObject({
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: `s3://${bucket}/scones/captures/serves/good`,
  });
  expect(await isScaled(stand.context, "scones-serves")).toBe(true);
  const { EndpointArn } = await settled(stand.fixture, "scones-serves");
  const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn: EndpointArn }));
  expect(Tags).toContainEqual({ Key: "scones:environment", Value: "serves" });
});

test("the same deployment again changes nothing", async () => {
  const config = configOf("again");
  const input = await createInput("again");
  await deployEndpoint(stand.context, config, input);
  expect((await deployEndpoint(stand.context, config, input)).change).toBe("unchanged");
});

test("an environment expires when its last deployment said, or never", async () => {
  const config = configOf("brief");
  const input = await createInput("brief");
  const { sagemaker } = stand.fixture;
  const expiry = async () => {
    const { EndpointArn } = await settled(stand.fixture, "scones-brief");
    const { Tags = [] } = await sagemaker.send(new ListTagsCommand({ ResourceArn: EndpointArn }));
    return Tags.filter(({ Key }) => Key === "scones:expires-at").map(({ Value }) => Value);
  };
  await deployEndpoint(stand.context, config, input);
  expect(await expiry()).toEqual(["never"]);
  for (const day of [1, 2]) {
    const expiresAt = new Date(Date.UTC(2026, 0, day));
    const { change } = await deployEndpoint(stand.context, config, { ...input, expiresAt });
    expect(change).toBe("unchanged");
  }
  expect(await expiry()).toEqual(["2026-01-02T00:00:00.000Z"]);
  const again = await deployEndpoint(stand.context, config, { ...input, expiresAt: "unchanged" });
  expect(again.expiresAt).toEqual(new Date(Date.UTC(2026, 0, 2)));
  expect(await expiry()).toEqual(["2026-01-02T00:00:00.000Z"]);
  await deployEndpoint(stand.context, config, input);
  expect(await expiry()).toEqual(["never"]);
});

test("where there is no expiry to leave unchanged, nothing is deployed to stay for ever", async () => {
  const input = await createInput("gone");
  await expect(
    deployEndpoint(stand.context, configOf("gone"), { ...input, expiresAt: "unchanged" }),
  ).rejects.toThrow(/^Environment gone has no endpoint whose expiry could be left unchanged/);
});

test("an endpoint carries its expiry from its creation on, so that a cut-off run costs no more", async () => {
  const config = configOf("cut-off");
  const input = await createInput("cut-off");
  const cancel = new AbortController();
  const context = { ...stand.context, signal: cancel.signal };
  const progress = {
    ...context.progress,
    line: (text: string) => {
      if (text.endsWith("is Creating")) cancel.abort(new Error("cut off"));
    },
  };
  const expiresAt = new Date(Date.UTC(2026, 0, 1));
  await expect(
    deployEndpoint({ ...context, progress }, config, { ...input, expiresAt }),
  ).rejects.toThrow(/abort/i);
  const { EndpointArn } = await settled(stand.fixture, "scones-cut-off");
  const { Tags } = await stand.fixture.sagemaker.send(
    new ListTagsCommand({ ResourceArn: EndpointArn }),
  );
  expect(Tags).toContainEqual({ Key: "scones:expires-at", Value: expiresAt.toISOString() });
});

test("another model updates the endpoint and is scaled again", async () => {
  const config = configOf("updated");
  await deployEndpoint(stand.context, config, await createInput("old"));
  const made = await deployEndpoint(stand.context, config, await createInput("new"));
  expect(made.change).toBe("updated");
  expect(await isScaled(stand.context, "scones-updated")).toBe(true);
});

test("what a former model answered is captured apart from its successor's answers", async () => {
  const config = configOf("captured");
  const endpointName = "scones-captured";
  for (const name of ["elder", "younger"]) {
    await deployEndpoint(stand.context, config, await createInput(name));
    await invokeEndpoint(stand.context, endpointName, Buffer.from(name));
  }
  const askedOf = async (name: string) => {
    const prefix = `${keys.capture(config, name)}${endpointName}/`;
    const { signal } = stand.context;
    const batches = captureLines(stand.fixture.s3, bucket, prefix, { signal });
    const lines = (await Array.fromAsync(batches)).flat();
    return lines.map((line) => String(parseCapture(line, 2)?.picture));
  };
  await until(async () => (await askedOf("younger")).length > 0);
  for (const name of ["elder", "younger"]) {
    expect(await askedOf(name)).toEqual([Buffer.from(name).toString("base64")]);
  }
});

const sized = (count: number) =>
  parseConfig(`environment: sized\nendpoint: { instanceCount: ${count} }`);

test("instances that scaling added are kept by an update, those of the former configuration are not", async () => {
  const instances = async () => {
    const { ProductionVariants } = await settled(stand.fixture, "scones-sized");
    return ProductionVariants?.[0]?.DesiredInstanceCount;
  };
  const input = await createInput("sized");
  await deployEndpoint(stand.context, sized(3), input);
  await deployEndpoint(stand.context, sized(1), input);
  expect(await instances()).toBe(1);
  await stand.fixture.sagemaker.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName: "scones-sized",
      DesiredWeightsAndCapacities: [{ VariantName: "AllTraffic", DesiredInstanceCount: 3 }],
    }),
  );
  await deployEndpoint(stand.context, sized(2), input);
  expect(await instances()).toBe(3);
});

test.each(["Rejected", "PendingManualApproval"] as const)(
  "a package that is %s is not deployed",
  async (status) => {
    const input = await createInput(`is-${status}`, { status });
    await expect(deployEndpoint(stand.context, configOf("refused"), input)).rejects.toThrow(
      `is ${status}: only an Approved one is deployed`,
    );
  },
);

test("a model of other classes than the one that serves is not deployed: routes follow the endpoint", async () => {
  const config = configOf("classes");
  const two = await createInput("two-classes", { classes: "0123456789" });
  const { endpointConfigName } = await deployEndpoint(stand.context, config, two);
  const three = await createInput("three-classes", { classes: "abcdef0123" });
  await expect(deployEndpoint(stand.context, config, three)).rejects.toThrow(
    /^Endpoint scones-classes serves two-classes, which tells other classes apart than .* or tear classes down first\.$/,
  );
  const { EndpointConfigName } = await settled(stand.fixture, "scones-classes");
  expect(EndpointConfigName).toBe(endpointConfigName);
  const newer = await createInput("two-again", { classes: "0123456789" });
  expect((await deployEndpoint(stand.context, config, newer)).change).toBe("updated");
});

test("a model that is not the measured one is not deployed", async () => {
  await createModel(stand.fixture, "other");
  const altered = await createInput("measured", { measured: "other" });
  await expect(deployEndpoint(stand.context, configOf("altered"), altered)).rejects.toThrow(
    "Run evaluate-model again",
  );
});

test("a model that was altered after its approval is not deployed", async () => {
  const input = await createInput("approved-once");
  await putModel(stand.fixture, "models/approved-once.tar.gz", { answer: [0.1, 0.9] });
  await expect(deployEndpoint(stand.context, configOf("forged"), input)).rejects.toThrow(
    /models\/approved-once\.tar\.gz was altered: \d+ bytes with the entity tag/,
  );
});

test("an update that rolls back fails, although the endpoint is InService", async () => {
  const config = configOf("rolls-back");
  const good = await deployEndpoint(stand.context, config, await createInput("before"));
  const bad = await createInput("broken", { start: "fail" });
  const expiresAt = new Date(Date.UTC(2026, 0, 1));
  await expect(deployEndpoint(stand.context, config, { ...bad, expiresAt })).rejects.toThrow(
    "was rolled back",
  );
  expect(await isScaled(stand.context, "scones-rolls-back")).toBe(true);
  const serving = await settled(stand.fixture, "scones-rolls-back");
  expect(serving).toMatchObject({
    EndpointStatus: "InService",
    EndpointConfigName: good.endpointConfigName,
  });
  expect(await expiryOf(stand.context, serving.EndpointArn)).toBeUndefined();
});

test("a first deployment that fails says why, and the next one starts anew", async () => {
  const config = configOf("fails");
  const bad = await createInput("never-up", { start: "fail" });
  await expect(deployEndpoint(stand.context, config, bad)).rejects.toThrow(
    /scones-fails is Failed: .+ It and its configuration were deleted\.$/,
  );
  const { sagemaker } = stand.fixture;
  const { EndpointConfigs } = await sagemaker.send(
    new ListEndpointConfigsCommand({ NameContains: "scones-fails-" }),
  );
  expect(EndpointConfigs).toEqual([]);
  const made = await deployEndpoint(stand.context, config, await createInput("then-good"));
  expect(made.change).toBe("created");
});
