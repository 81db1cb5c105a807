import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointsCommand,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import {
  createConfig,
  createEndpoint,
  createModel,
  type Fixture,
  invoke,
  image,
  put,
  settled,
  startFixture,
  until,
} from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const update = (EndpointName: string, EndpointConfigName: string) =>
  fixture.sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName }));

const remove = (EndpointName: string) =>
  fixture.sagemaker.send(new DeleteEndpointCommand({ EndpointName }));

const create = (name: string) =>
  fixture.sagemaker.send(
    new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }),
  );

async function list(query: object) {
  const { Endpoints = [] } = await fixture.sagemaker.send(new ListEndpointsCommand(query));
  return Endpoints.map((endpoint) => endpoint.EndpointName);
}

const isGone = (EndpointName: string) =>
  until(() =>
    fixture.sagemaker.send(new DescribeEndpointCommand({ EndpointName })).then(
      () => false,
      () => true,
    ),
  );

test("an endpoint comes into service and answers what its model answers", async () => {
  const endpoint = await createEndpoint(fixture, "serves");
  expect(endpoint).toMatchObject({
    EndpointStatus: "InService",
    EndpointConfigName: "serves",
    ProductionVariants: [
      {
        VariantName: "AllTraffic",
        CurrentInstanceCount: 1,
        DesiredInstanceCount: 1,
        CurrentWeight: 1,
        DeployedImages: [{ SpecifiedImage: image }],
      },
    ],
  });
  const answer = await fixture.runtime.send(
    new InvokeEndpointCommand({ EndpointName: "serves", Body: "picture" }),
  );
  expect(answer.ContentType).toBe("application/json");
  expect(answer.InvokedProductionVariant).toBe("AllTraffic");
  expect(JSON.parse(answer.Body.transformToString())).toEqual([0.75, 0.25]);
});

test("an update switches to the new model without a request lost", async () => {
  await createEndpoint(fixture, "moves");
  await createModel(fixture, "moves-2", { answer: [0.5, 0.5] });
  await createConfig(fixture, "moves-2");
  const { EndpointArn } = await update("moves", "moves-2");
  await expect(update("moves", "moves-2")).rejects.toMatchObject({
    name: "ValidationException",
    message: `Cannot update in-progress endpoint "${EndpointArn}".`,
  });
  const seen = new Set<string>();
  await until(async () => {
    seen.add(JSON.stringify(await invoke(fixture, "moves")));
    return seen.has("[0.5,0.5]");
  });
  expect([...seen]).toEqual(["[0.75,0.25]", "[0.5,0.5]"]);
  expect((await settled(fixture, "moves")).EndpointConfigName).toBe("moves-2");
});

test("an update whose model does not start rolls back to the old configuration", async () => {
  await createEndpoint(fixture, "keeps");
  await createModel(fixture, "broken", { answer: [], start: "fail" });
  await createConfig(fixture, "broken");
  await update("keeps", "broken");
  expect(await settled(fixture, "keeps")).toMatchObject({
    EndpointStatus: "InService",
    EndpointConfigName: "keeps",
    FailureReason: expect.stringMatching(
      /^The primary container for production variant AllTraffic did not pass the ping health check[^]*the model does not load/,
    ),
  });
  expect(await invoke(fixture, "keeps")).toEqual([0.75, 0.25]);
});

test("an endpoint whose archive is broken is Failed, says so, and can only be deleted", async () => {
  await createModel(fixture, "cut");
  await put(fixture, "models/cut.tar.gz", "no archive");
  await createConfig(fixture, "cut");
  await create("cut");
  expect(await settled(fixture, "cut")).toMatchObject({
    EndpointStatus: "Failed",
    FailureReason: expect.stringContaining("Failed to extract model data archive from URL"),
  });
  await expect(update("cut", "cut")).rejects.toMatchObject({ name: "ValidationException" });
  await expect(invoke(fixture, "cut")).rejects.toMatchObject({ name: "ValidationError" });
  await remove("cut");
  await isGone("cut");
});

test("an endpoint can't be deleted while it is created; afterwards its process ends", async () => {
  await createModel(fixture, "short");
  await createConfig(fixture, "short");
  const { EndpointArn } = await create("short");
  await expect(remove("short")).rejects.toMatchObject({
    message: `Cannot update in-progress endpoint "${EndpointArn}".`,
  });
  await settled(fixture, "short");
  await remove("short");
  await isGone("short");
  await expect(invoke(fixture, "short")).rejects.toMatchObject({
    name: "ValidationError",
    message: "Endpoint short of account 000000000000 not found.",
  });
});

test("a configuration can be deleted under a serving endpoint, as on AWS", async () => {
  const EndpointConfigName = "serves";
  await fixture.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName }));
  expect(await invoke(fixture, "serves")).toEqual([0.75, 0.25]);
  await expect(
    fixture.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName })),
  ).rejects.toMatchObject({
    message: expect.stringContaining("Could not find endpoint configuration"),
  });
});

test("endpoints are listed by name and status", async () => {
  expect(await list({ NameContains: "serv" })).toEqual(["serves"]);
  expect(await list({ StatusEquals: "Failed" })).toEqual([]);
  const query = { SortBy: "Name", SortOrder: "Descending", MaxResults: 2 };
  expect(await list(query)).toEqual(["serves", "moves"]);
});
