import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateModelCommand, CreateModelPackageGroupCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import pMap from "p-map";
import { rootClients } from "../../../local/workflows/state.ts";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { keys } from "../../../pipeline/names.ts";
import { teardown } from "../../../pipeline/steps/teardown.ts";
import { tags } from "../../../pipeline/tags.ts";
import { openStand, type Stand } from "../../actions/stand.ts";
import { image } from "../../local/sagemaker/fixture.ts";
import { everything } from "./everything.ts";
import { planting } from "./planted.ts";
import { runUntilKilled } from "./killed-run.ts";

/** `KILL_POINTS=all npm test -- teardown-property` tries every one; it takes minutes. */
const everyPoint = process.env["KILL_POINTS"] === "all";
/** Runs at once, each in an environment of its own. */
const AT_ONCE = 3;
/** More than a run has phases; a run that is not killed is one that ended. */
const PHASES = 32;

let stand: Stand;
/** The account's root, who sees and may do everything. */
let root: Context;

beforeAll(async () => {
  stand = await openStand();
  root = {
    clients: rootClients(stand.aws.clients, "us-east-1"),
    progress: { line: () => undefined, count: () => undefined },
    signal: new AbortController().signal,
  };
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const configOf = (environment: string, keep = false) =>
  parseConfig(`
environment: ${environment}
training: { instanceTypes: [ml.g5.xlarge], hyperparameters: { act: learn } }
monitoring: { minRecords: 5, modelMonitor: { modelQuality: true } }
teardown: { keepReports: ${keep}, keepModels: ${keep} }
`);

/** Tears an environment down under the pipeline's role. */
const remove = (config: Config) =>
  teardown({ ...root, clients: stand.aws.clients }, config, {
    bucket: stand.aws.bucket,
    pollIntervalMs: 100,
  });

/** What lies beside an environment under names that begin like its own: untagged, or another's. */
async function plantStrangers(environment: string): Promise<void> {
  const { sagemaker, s3, cloudformation } = root.clients;
  const { bucket, executionRoleArn } = stand.aws;
  const name = `scones-${environment}`;
  const neighbour = { project: "scones", environment: `${environment}-2` };
  const Bucket = bucket;
  const Key = `${keys.training(neighbour)}model.tar.gz`;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: "a" }));
  const model = {
    ExecutionRoleArn: executionRoleArn,
    PrimaryContainer: { Image: image, ModelDataUrl: `s3://${bucket}/${Key}` },
  };
  for (const [ModelName, Tags] of [
    [`${name}-untagged`, []],
    [`${name}-others`, tags({ project: "others", environment })],
    [`${name}-half`, tags({ project: "scones", environment }).slice(0, 1)],
    [`${name}-2`, tags(neighbour)],
  ] as const) {
    await sagemaker.send(new CreateModelCommand({ ...model, ModelName, Tags: [...Tags] }));
  }
  for (const group of [`/aws/sagemaker/Endpoints/${name}-2`, `/aws/lambda/${name}-application-2`])
    await planting(root.clients).logGroup(group);
  await sagemaker.send(
    new CreateModelPackageGroupCommand({
      ModelPackageGroupName: `${name}-2`,
      Tags: tags(neighbour),
    }),
  );
  await cloudformation.send(
    new CreateStackCommand({
      StackName: `${name}-2-application`,
      TemplateBody: "Resources: { Topic: { Type: AWS::SNS::Topic } }",
      Tags: tags(neighbour),
    }),
  );
}

/**
 * What is there of the environment or beside it under such a name. A Lambda that still ran as its stack was deleted
 * has its log group made anew by ministack, which on AWS its role may not: such groups are not looked at.
 */
async function thingsOf(environment: string): Promise<string[]> {
  const mine = new RegExp(`scones[-/]${environment}(?![a-z0-9])`);
  const late = new RegExp(
    `^log (group|stream) /aws/lambda/scones-${environment}-application-[a-z]`,
  );
  return (await everything(root, stand.aws.bucket))
    .filter((each) => mine.test(each) && !late.test(each))
    .toSorted();
}

interface KilledRun {
  /** The requests that AWS carried out for it. */
  readonly changes: readonly string[];
  /** What was there under such a name, and is there after the teardown. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Kills a run, and tears its environment down. */
async function killAndTearDown(
  environment: string,
  killedAfter: (changes: readonly string[]) => boolean,
): Promise<KilledRun> {
  await plantStrangers(environment);
  const before = await thingsOf(environment);
  const config = configOf(environment);
  const changes = await runUntilKilled(stand, config, killedAfter);
  await remove(config);
  return { changes, before, after: await thingsOf(environment) };
}

/** Into how many stretches of one and the same request they fall. */
const phases = (changes: readonly string[]) =>
  changes.filter((each, at) => each !== changes[at - 1]).length;

test("what stays after a teardown is of use: a later run deploys it, and trains and transforms nothing", async () => {
  const config = configOf("again", true);
  const untilDeployed = () =>
    runUntilKilled(stand, config, (changes) => changes.at(-1) === "CreateEndpointConfigCommand");
  expect(await untilDeployed()).toContain("CreateTrainingJobCommand");
  const { plan } = await remove(config);
  expect(plan.kept.map(({ what }) => what)).toEqual([
    "model package group scones-again",
    "objects of reports",
    "objects of models",
  ]);
  const made = await untilDeployed();
  expect(made.at(-1)).toBe("CreateEndpointConfigCommand");
  expect(
    made.filter((each) => /^Create(TrainingJob|TransformJob|ModelPackage)/.test(each)),
  ).toEqual([]);
  await remove(configOf("again"));
}, 300_000);

const title = everyPoint ? "every single request" : "requests that are drawn";

test(`a run killed behind ${title} leaves nothing that teardown does not find, and no stranger is touched`, async () => {
  const runs = everyPoint ? await killBehindEach() : await killInDrawnPhases();
  for (const run of runs) expect(run).toEqual({ ...run, after: run.before });
}, 3_600_000);

/** Until a run ends before it is killed. */
async function killBehindEach(): Promise<KilledRun[]> {
  let over = false;
  const points = Array.from({ length: 500 }, (_, at) => at + 1);
  const runs = await pMap(
    points,
    async (point) => {
      if (over) return [];
      const run = await killAndTearDown(`k${point}`, ({ length }) => length >= point);
      over ||= run.changes.length < point;
      console.log(`${point}: ${run.changes.at(-1)}`);
      return [run];
    },
    { concurrency: AT_ONCE },
  );
  return runs.flat();
}

async function killInDrawnPhases(): Promise<KilledRun[]> {
  const phase = fc.integer({ min: 1, max: PHASES });
  const drawn = fc.uniqueArray(phase, { minLength: AT_ONCE, maxLength: AT_ONCE });
  const wanted = fc.sample(drawn, 1).flat();
  return Promise.all(
    wanted.map((each) => killAndTearDown(`p${each}`, (changes) => phases(changes) >= each)),
  );
}
