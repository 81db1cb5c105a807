import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateEndpointCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
} from "@aws-sdk/client-sagemaker";
import {
  bucket,
  createConfig,
  createEndpoint,
  createModel,
  type Fixture,
  image,
  startFixture,
} from "../fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ limits: { "ml.c5.large for endpoint usage": 0 } });
  await createEndpoint(fixture, "serves");
});
afterAll(() => fixture[Symbol.asyncDispose]());

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:000000000000:${resource}`;

const create = (name: string) =>
  fixture.sagemaker.send(
    new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }),
  );

/** What each request is refused with, as `name: message`. */
async function refusals(requests: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(requests);
  return settled.map((one) => (one.status === "rejected" ? String(one.reason) : "not refused"));
}

test("what is missing is named by its ARN", async () => {
  const { sagemaker } = fixture;
  const found = await refusals([
    sagemaker.send(new DescribeEndpointCommand({ EndpointName: "none" })),
    create("none"),
    sagemaker.send(new DescribeModelCommand({ ModelName: "none" })),
    createConfig(fixture, "none"),
  ]);
  expect(found).toEqual([
    `ValidationException: Could not find endpoint "${arn("endpoint/none")}".`,
    `ValidationException: Could not find endpoint configuration "${arn("endpoint-config/none")}".`,
    `ValidationException: Could not find model "${arn("model/none")}".`,
    `ValidationException: Could not find model "${arn("model/none")}".`,
  ]);
});

test("what exists already is named by its ARN", async () => {
  const found = await refusals([
    createModel(fixture, "serves"),
    createConfig(fixture, "serves"),
    create("serves"),
  ]);
  const start = "ValidationException: Cannot create already existing";
  expect(found).toEqual([
    `${start} model "${arn("model/serves")}".`,
    `${start} endpoint configuration "${arn("endpoint-config/serves")}".`,
    `${start} endpoint "${arn("endpoint/serves")}".`,
  ]);
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
  await expect(create("over")).rejects.toMatchObject({
    name: "ResourceLimitExceeded",
  });
});
