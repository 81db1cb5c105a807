import { DeleteTagsCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import { expiryOf } from "../../../pipeline/teardown/expiry.ts";
import { describeEndpoint } from "../../../pipeline/endpoint/endpoint.ts";
import { restoreEndpoint } from "../../../pipeline/endpoint/restore-endpoint.ts";
import { isScaled } from "../../../pipeline/endpoint/scaling.ts";
import { deployEndpoint, type DeployedEndpoint } from "../../../pipeline/steps/deploy-endpoint.ts";
import { verifyDeployment } from "../../../pipeline/steps/verify-deployment.ts";
import { setVerified } from "../../../pipeline/endpoint/verified.ts";
import { settled } from "../../local/sagemaker/fixture.ts";
import { createPackage, openDeploymentStand } from "./deployment-stand.ts";
import type { Stand } from "./evaluation-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openDeploymentStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

const createInput = (name: string) => createPackage(stand, name);
const configOf = (environment: string) => parseConfig(`environment: ${environment}`);

/** As verify-deployment says it when a deployment passes. */
async function pass({ endpointName, endpointConfigName }: DeployedEndpoint, expiresAt?: Date) {
  const { EndpointArn } = await settled(stand.fixture, endpointName);
  await setVerified(stand.context, EndpointArn, { endpointConfigName, expiresAt });
}

const takeBack = (config: Config, deployed: DeployedEndpoint) =>
  restoreEndpoint(stand.context, config, deployed, { pollIntervalMs: 25 });

test("an update that is taken back serves the former model again, scaled, also by a second attempt", async () => {
  const config = configOf("back");
  const former = await deployEndpoint(stand.context, config, await createInput("former"));
  await pass(former);
  const input = await createInput("worse");
  const cutOff = await deployEndpoint(stand.context, config, input);
  const updated = await deployEndpoint(stand.context, config, input);
  expect([cutOff.change, updated.change]).toEqual(["updated", "unchanged"]);
  const now = await takeBack(config, updated);
  const before = `InService with ${updated.endpointConfigName} of worse, `;
  const after = `InService with ${former.endpointConfigName} of former, `;
  expect(now.split("\n")).toEqual([
    `Endpoint scones-back serves the former model again, by ${former.endpointConfigName}, and stays.`,
    expect.stringContaining(`before: ${before}`),
    expect.stringContaining(`during: Updating with ${updated.endpointConfigName} of worse, `),
    expect.stringContaining(`after: ${after}`),
  ]);
  const { EndpointConfigName } = await settled(stand.fixture, "scones-back");
  expect(EndpointConfigName).toBe(former.endpointConfigName);
  expect(await isScaled(stand.context, "scones-back")).toBe(true);
});

test("an environment of a few hours has those again when a later deployment is taken back", async () => {
  const config = configOf("short");
  const [first, second] = [1, 2].map((day) => new Date(Date.UTC(2026, 0, day)));
  const good = await createInput("short-good");
  await pass(await deployEndpoint(stand.context, config, { ...good, expiresAt: first }), first);
  const bad = await createInput("short-bad");
  const updated = await deployEndpoint(stand.context, config, { ...bad, expiresAt: second });
  expect(await takeBack(config, updated)).toContain("and expires at 2026-01-01T00:00:00.000Z");
  const { EndpointArn } = await settled(stand.fixture, "scones-short");
  expect(await expiryOf(stand.context, EndpointArn)).toEqual(first);
});

test("a deployment over one that never verified goes back behind both", async () => {
  const config = configOf("twice");
  const former = await deployEndpoint(stand.context, config, await createInput("verified"));
  await pass(former);
  await deployEndpoint(stand.context, config, await createInput("never-verified"));
  const last = await deployEndpoint(stand.context, config, await createInput("last"));
  expect(await takeBack(config, last)).toContain(`by ${former.endpointConfigName}, and stays`);
});

test("a first deployment that was cut off before it verified is deleted by the second attempt", async () => {
  const config = configOf("first");
  const input = await createInput("first");
  await deployEndpoint(stand.context, config, input);
  const again = await deployEndpoint(stand.context, config, input);
  expect(await takeBack(config, again)).toMatch(
    /^Nothing that endpoint scones-first served ever verified: it is deleted\./,
  );
});

test("a first deployment whose stack did not come up is deleted: nothing leads pictures to it, and it costs", async () => {
  const config = configOf("no-stack");
  const deployed = await deployEndpoint(stand.context, config, await createInput("no-stack"));
  const verifying = verifyDeployment(stand.context, config, {
    ...deployed,
    readMeasured: () => Promise.reject(new Error("nothing is to be read")),
    stateMachineArn: undefined,
    pollIntervalMs: 25,
  });
  await expect(verifying).rejects.toThrow(
    /stack was not deployed[^]*\nNothing that endpoint scones-no-stack served ever verified: it is deleted\./,
  );
  expect(await describeEndpoint(stand.context, "scones-no-stack")).toBeUndefined();
});

test("an endpoint that does not say what verified goes back to what it served", async () => {
  const config = configOf("untold");
  const former = await deployEndpoint(stand.context, config, await createInput("untold"));
  const { EndpointArn } = await settled(stand.fixture, "scones-untold");
  await stand.fixture.sagemaker.send(
    new DeleteTagsCommand({ ResourceArn: EndpointArn, TagKeys: ["scones:verified"] }),
  );
  const updated = await deployEndpoint(stand.context, config, await createInput("told"));
  expect(await takeBack(config, updated)).toContain(`by ${former.endpointConfigName}, and stays`);
});

test("a deployment that verified is left as it is by a later verification that fails", async () => {
  const config = configOf("same");
  const input = await createInput("same");
  await pass(await deployEndpoint(stand.context, config, input));
  const again = await deployEndpoint(stand.context, config, input);
  expect(await takeBack(config, again)).toBe(
    "Endpoint scones-same serves what verified in an earlier run, and is left as it is.",
  );
});

test("a deployment is not taken back where another one serves by now", async () => {
  const config = configOf("overtaken");
  const old = await deployEndpoint(stand.context, config, await createInput("overtaken"));
  const newer = await deployEndpoint(stand.context, config, await createInput("newer"));
  expect(await takeBack(config, old)).toBe(
    `Endpoint scones-overtaken serves ${newer.endpointConfigName} by now, which is left as it is.`,
  );
});
