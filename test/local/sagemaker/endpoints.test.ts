import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateEndpointCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointsCommand,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import {
  bucket,
  createConfig,
  createEndpoint,
  createModel,
  type Fixture,
  image,
  put,
  settled,
  startFixture,
  until,
} from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ limits: { "ml.c5.large for endpoint usage": 0 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function invoke(EndpointName: string, body = "picture"): Promise<unknown> {
  const answer = await fixture.runtime.send(
    new InvokeEndpointCommand({ EndpointName, ContentType: "image/png", Body: body }),
  );
  return JSON.parse(answer.Body.transformToString());
}

const update = (EndpointName: string, EndpointConfigName: string) =>
  fixture.sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName }));

const remove = (EndpointName: string) =>
  fixture.sagemaker.send(new DeleteEndpointCommand({ EndpointName }));

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
    seen.add(JSON.stringify(await invoke("moves")));
    return seen.has("[0.5,0.5]");
  });
  expect([...seen]).toEqual(["[0.75,0.25]", "[0.5,0.5]"]);
  expect((await settled(fixture, "moves")).EndpointConfigName).toBe("moves-2");
});

test("requests under way are answered by the fleet that an update takes away", async () => {
  await createEndpoint(fixture, "drains");
  const EndpointName = "drains";
  const slow = fixture.runtime.send(new InvokeEndpointCommand({ EndpointName, Body: "slow" }));
  await createModel(fixture, "drains-2");
  await createConfig(fixture, "drains-2");
  await update("drains", "drains-2");
  expect((await slow).Body.transformToString()).toBe("late");
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
  expect(await invoke("keeps")).toEqual([0.75, 0.25]);
});

test("an endpoint whose archive is broken is Failed, says so, and can only be deleted", async () => {
  await createModel(fixture, "cut");
  await put(fixture, "models/cut.tar.gz", "no archive");
  await createConfig(fixture, "cut");
  const names = { EndpointName: "cut", EndpointConfigName: "cut" };
  await fixture.sagemaker.send(new CreateEndpointCommand(names));
  expect(await settled(fixture, "cut")).toMatchObject({
    EndpointStatus: "Failed",
    FailureReason: expect.stringContaining("Failed to extract model data archive from URL"),
  });
  await expect(update("cut", "cut")).rejects.toMatchObject({ name: "ValidationException" });
  await expect(invoke("cut")).rejects.toMatchObject({ name: "ValidationError" });
  await remove("cut");
  await isGone("cut");
});

test("an endpoint can't be deleted while it is created; afterwards its process ends", async () => {
  await createModel(fixture, "short");
  await createConfig(fixture, "short");
  const names = { EndpointName: "short", EndpointConfigName: "short" };
  const { EndpointArn } = await fixture.sagemaker.send(new CreateEndpointCommand(names));
  await expect(remove("short")).rejects.toMatchObject({
    message: `Cannot update in-progress endpoint "${EndpointArn}".`,
  });
  await settled(fixture, "short");
  await remove("short");
  await isGone("short");
  await expect(invoke("short")).rejects.toMatchObject({
    name: "ValidationError",
    message: "Endpoint short of account 000000000000 not found.",
  });
});

test("the container's refusal comes back as a ModelError with its own status", async () => {
  await createEndpoint(fixture, "refuses");
  await expect(invoke("refuses", "refuse")).rejects.toMatchObject({
    name: "ModelError",
    OriginalStatusCode: 400,
    OriginalMessage: "not a picture",
    LogStreamArn: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/refuses",
    message: expect.stringContaining(
      'Received client error (400) from primary with message "not a picture". See https://us-east-1.console.aws.amazon.com/cloudwatch/',
    ),
    $metadata: { httpStatusCode: 424 },
  });
  await expect(invoke("refuses", "fail")).rejects.toMatchObject({ OriginalStatusCode: 500 });
});

test("a body over 6,291,456 bytes is refused before the container sees it", async () => {
  await createEndpoint(fixture, "large");
  expect(await invoke("large", "x".repeat(6_291_456))).toEqual([0.75, 0.25]);
  await expect(invoke("large", "x".repeat(6_291_457))).rejects.toMatchObject({
    message: "HTTP content length exceeded 6291456 bytes.",
    $metadata: { httpStatusCode: 413 },
  });
});

test("traffic follows the variants' weights, and a variant can be asked for", async () => {
  await createModel(fixture, "blue", { answer: [1, 0] });
  await createModel(fixture, "green", { answer: [0, 1] });
  const variant = (ModelName: string, InitialVariantWeight: number) => ({
    VariantName: ModelName,
    ModelName,
    InstanceType: "ml.m5.large" as const,
    InitialInstanceCount: 1,
    InitialVariantWeight,
  });
  await createConfig(fixture, "both", {
    ProductionVariants: [variant("blue", 1), variant("green", 0)],
  });
  const names = { EndpointName: "both", EndpointConfigName: "both" };
  await fixture.sagemaker.send(new CreateEndpointCommand(names));
  await settled(fixture, "both");
  const answers = await Promise.all(Array.from({ length: 20 }, () => invoke("both")));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(["[1,0]"]));
  const target = { EndpointName: "both", Body: "picture", TargetVariant: "green" };
  const green = await fixture.runtime.send(new InvokeEndpointCommand(target));
  expect(green.InvokedProductionVariant).toBe("green");
});

test("what is missing or exists already is named by its ARN", async () => {
  const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:000000000000:${resource}`;
  const { sagemaker } = fixture;
  const refused = (request: Promise<unknown>, message: string) =>
    expect(request).rejects.toMatchObject({ name: "ValidationException", message });
  const EndpointName = "none";
  const EndpointConfigName = "none";
  await refused(
    sagemaker.send(new DescribeEndpointCommand({ EndpointName })),
    `Could not find endpoint "${arn("endpoint/none")}".`,
  );
  await refused(
    sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName })),
    `Could not find endpoint configuration "${arn("endpoint-config/none")}".`,
  );
  await refused(
    sagemaker.send(new DescribeModelCommand({ ModelName: "none" })),
    `Could not find model "${arn("model/none")}".`,
  );
  await refused(createConfig(fixture, "none"), `Could not find model "${arn("model/none")}".`);
  await refused(
    createModel(fixture, "serves"),
    `Cannot create already existing model "${arn("model/serves")}".`,
  );
  await refused(
    createConfig(fixture, "serves"),
    `Cannot create already existing endpoint configuration "${arn("endpoint-config/serves")}".`,
  );
  await refused(
    sagemaker.send(
      new CreateEndpointCommand({ EndpointName: "serves", EndpointConfigName: "serves" }),
    ),
    `Cannot create already existing endpoint "${arn("endpoint/serves")}".`,
  );
});

test("a model without its archive in S3 is refused", async () => {
  const PrimaryContainer = { Image: image, ModelDataUrl: `s3://${bucket}/models/absent.tar.gz` };
  await expect(
    fixture.sagemaker.send(new CreateModelCommand({ ModelName: "absent", PrimaryContainer })),
  ).rejects.toMatchObject({ message: expect.stringContaining("Could not access model data at") });
});

test("an endpoint over its quota is refused", async () => {
  const ProductionVariants = [
    {
      VariantName: "one",
      ModelName: "serves",
      InstanceType: "ml.c5.large" as const,
      InitialInstanceCount: 1,
    },
  ];
  await createConfig(fixture, "over", { ProductionVariants });
  const names = { EndpointName: "over", EndpointConfigName: "over" };
  await expect(fixture.sagemaker.send(new CreateEndpointCommand(names))).rejects.toMatchObject({
    name: "ResourceLimitExceeded",
  });
});

test("a configuration can be deleted under a serving endpoint, as on AWS", async () => {
  const EndpointConfigName = "serves";
  await fixture.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName }));
  expect(await invoke("serves")).toEqual([0.75, 0.25]);
  await expect(
    fixture.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName })),
  ).rejects.toMatchObject({
    message: expect.stringContaining("Could not find endpoint configuration"),
  });
});

test("endpoints are listed by name and status", async () => {
  const list = async (query: object) => {
    const { Endpoints = [] } = await fixture.sagemaker.send(new ListEndpointsCommand(query));
    return Endpoints.map((endpoint) => endpoint.EndpointName);
  };
  expect(await list({ NameContains: "drain" })).toEqual(["drains"]);
  expect(await list({ StatusEquals: "Failed" })).toEqual([]);
  expect(await list({ SortBy: "Name", SortOrder: "Descending", MaxResults: 2 })).toEqual([
    "serves",
    "refuses",
  ]);
});
