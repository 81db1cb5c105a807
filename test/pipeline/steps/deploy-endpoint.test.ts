import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeEndpointConfigCommand,
  ListTagsCommand,
  type ModelApprovalStatus,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { restoreEndpoint } from "../../../pipeline/restore-endpoint.ts";
import { isScaled } from "../../../pipeline/scaling.ts";
import { deployEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { bucket, createModel, image, settled } from "../../local/sagemaker/fixture.ts";
import { openStand, type Stand } from "./evaluation-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
  await stand.fixture.sagemaker.send(
    new CreateModelPackageGroupCommand({ ModelPackageGroupName: "packages" }),
  );
});

afterAll(() => stand[Symbol.asyncDispose]());

/** A model and its package; `start: "fail"` is one whose container does not come up. */
async function createInput(
  modelName: string,
  {
    status = "Approved",
    start,
    measured = modelName,
  }: { status?: ModelApprovalStatus; start?: string; measured?: string } = {},
) {
  await createModel(stand.fixture, modelName, {
    answer: [0.75, 0.25],
    ...(start !== undefined && { start }),
  });
  const { ModelPackageArn = "" } = await stand.fixture.sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: "packages",
      ModelApprovalStatus: status,
      CustomerMetadataProperties: { trainingJobName: measured },
      InferenceSpecification: {
        Containers: [{ Image: image, ModelDataUrl: `s3://${bucket}/models/${modelName}.tar.gz` }],
        SupportedContentTypes: ["image/png"],
        SupportedResponseMIMETypes: ["application/json"],
      },
    }),
  );
  return { modelPackageArn: ModelPackageArn, bucket, pollIntervalMs: 25 };
}

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
    DestinationS3Uri: `s3://${bucket}/scones/serves/capture`,
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
  await deployEndpoint(stand.context, config, input);
  expect(await expiry()).toEqual(["never"]);
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

test("an update that is taken back serves the former model again, scaled", async () => {
  const config = configOf("back");
  const former = await deployEndpoint(stand.context, config, await createInput("former"));
  const updated = await deployEndpoint(stand.context, config, await createInput("worse"));
  expect(updated.previousEndpointConfigName).toBe(former.endpointConfigName);
  const now = await restoreEndpoint(stand.context, config, updated, { pollIntervalMs: 25 });
  expect(now).toBe(
    `Endpoint scones-back serves the former model again, by ${former.endpointConfigName}, and stays.`,
  );
  const { EndpointConfigName } = await settled(stand.fixture, "scones-back");
  expect(EndpointConfigName).toBe(former.endpointConfigName);
  expect(await isScaled(stand.context, "scones-back")).toBe(true);
});

test("a former model that does not come back is said, and nothing is deleted", async () => {
  const config = configOf("lost");
  const deployed = await deployEndpoint(stand.context, config, await createInput("only"));
  const broken = { ...deployed, change: "updated" } as const;
  await expect(restoreEndpoint(stand.context, config, broken)).rejects.toThrow(
    "What endpoint scones-lost served before is not known: deploy a former model package.",
  );
  expect(await settled(stand.fixture, "scones-lost")).toMatchObject({
    EndpointStatus: "InService",
  });
});

test("a deployment that changed nothing is left as it is when it is taken back", async () => {
  const config = configOf("same");
  const input = await createInput("same");
  await deployEndpoint(stand.context, config, input);
  const again = await deployEndpoint(stand.context, config, input);
  expect(await restoreEndpoint(stand.context, config, again)).toBe(
    "Endpoint scones-same was not changed by this run, and is left as it is.",
  );
});

test("a deployment is not taken back where another one serves by now", async () => {
  const config = configOf("overtaken");
  const old = await deployEndpoint(stand.context, config, await createInput("overtaken"));
  const newer = await deployEndpoint(stand.context, config, await createInput("newer"));
  expect(await restoreEndpoint(stand.context, config, old)).toBe(
    `Endpoint scones-overtaken serves ${newer.endpointConfigName} by now, which is left as it is.`,
  );
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

test("a model that is not the measured one is not deployed", async () => {
  await createModel(stand.fixture, "other");
  const altered = await createInput("measured", { measured: "other" });
  await expect(deployEndpoint(stand.context, configOf("altered"), altered)).rejects.toThrow(
    "Run evaluate-model again",
  );
});

test("fault 37: an update that rolls back fails, although the endpoint is InService", async () => {
  const config = configOf("rolls-back");
  const good = await deployEndpoint(stand.context, config, await createInput("before"));
  const bad = await createInput("broken", { start: "fail" });
  await expect(deployEndpoint(stand.context, config, bad)).rejects.toThrow("was rolled back");
  expect(await isScaled(stand.context, "scones-rolls-back")).toBe(true);
  const serving = await settled(stand.fixture, "scones-rolls-back");
  expect(serving).toMatchObject({
    EndpointStatus: "InService",
    EndpointConfigName: good.endpointConfigName,
  });
});

test("fault 36: a first deployment that fails says why, and the next one starts anew", async () => {
  const config = configOf("fails");
  const bad = await createInput("never-up", { start: "fail" });
  await expect(deployEndpoint(stand.context, config, bad)).rejects.toThrow(
    "scones-fails is Failed",
  );
  const made = await deployEndpoint(stand.context, config, await createInput("then-good"));
  expect(made.change).toBe("created");
});
