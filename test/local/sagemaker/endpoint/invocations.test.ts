import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CreateEndpointCommand, UpdateEndpointCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import {
  createConfig,
  createEndpoint,
  createModel,
  type Fixture,
  invoke,
  settled,
  startFixture,
} from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

test("requests under way are answered by the fleet that an update takes away", async () => {
  await createEndpoint(fixture, "drains");
  const EndpointName = "drains";
  const slow = fixture.runtime.send(new InvokeEndpointCommand({ EndpointName, Body: "slow" }));
  await createModel(fixture, "drains-2");
  await createConfig(fixture, "drains-2");
  const names = { EndpointName, EndpointConfigName: "drains-2" };
  await fixture.sagemaker.send(new UpdateEndpointCommand(names));
  expect((await slow).Body.transformToString()).toBe("late");
});

test("the container's refusal comes back as a ModelError with its own status", async () => {
  await createEndpoint(fixture, "refuses");
  await expect(invoke(fixture, "refuses", "refuse")).rejects.toMatchObject({
    name: "ModelError",
    OriginalStatusCode: 400,
    OriginalMessage: "not a picture",
    LogStreamArn: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/refuses",
    message: expect.stringContaining(
      'Received client error (400) from primary with message "not a picture". See https://us-east-1.console.aws.amazon.com/cloudwatch/',
    ),
    $metadata: { httpStatusCode: 424 },
  });
  await expect(invoke(fixture, "refuses", "fail")).rejects.toMatchObject({
    OriginalStatusCode: 500,
  });
});

test("a body over 6,291,456 bytes is refused before the container sees it", async () => {
  await createEndpoint(fixture, "large");
  expect(await invoke(fixture, "large", "x".repeat(6_291_456))).toEqual([0.75, 0.25]);
  await expect(invoke(fixture, "large", "x".repeat(6_291_457))).rejects.toMatchObject({
    message: "HTTP content length exceeded 6291456 bytes.",
    $metadata: { httpStatusCode: 413 },
  });
});

function variant(ModelName: string, InitialVariantWeight: number) {
  const instances = { InstanceType: "ml.m5.large" as const, InitialInstanceCount: 1 };
  return { VariantName: ModelName, ModelName, InitialVariantWeight, ...instances };
}

test("traffic follows the variants' weights, and a variant can be asked for", async () => {
  await createModel(fixture, "blue", { answer: [1, 0] });
  await createModel(fixture, "green", { answer: [0, 1] });
  const ProductionVariants = [variant("blue", 1), variant("green", 0)];
  await createConfig(fixture, "both", { ProductionVariants });
  const names = { EndpointName: "both", EndpointConfigName: "both" };
  await fixture.sagemaker.send(new CreateEndpointCommand(names));
  await settled(fixture, "both");
  const answers = await Promise.all(Array.from({ length: 20 }, () => invoke(fixture, "both")));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(["[1,0]"]));
  const target = { EndpointName: "both", Body: "picture", TargetVariant: "green" };
  const green = await fixture.runtime.send(new InvokeEndpointCommand(target));
  expect(green.InvokedProductionVariant).toBe("green");
});
