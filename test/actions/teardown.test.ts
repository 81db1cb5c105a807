import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import {
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { CreateModelPackageGroupCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { rootClients } from "../../local/workflows/state.ts";
import { expiryTag } from "../../pipeline/teardown/expiry.ts";
import { keys } from "../../pipeline/names.ts";
import { tags } from "../../pipeline/tags.ts";
import { openStand, type Stand } from "./stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

/** Runs teardown as another run of a workflow than that of the other actions, 4711. */
const tearDown = (inputs: Parameters<Stand["run"]>[1]) =>
  stand.run("teardown", inputs, { environment: { GITHUB_RUN_ID: "4712" } });

const scope = (environment: string) => ({ project: "scones", environment });

test("what another run works on is left alone until that run is over", async () => {
  const environment = "brief";
  const { cloudFormationRoleArn, permissionsBoundaryArn } = stand.aws;
  const deployed = await stand.run("deploy-stack", {
    environment,
    "endpoint-name": "scones-brief",
    "expires-at": "2026-01-31T12:00:00Z",
    "cloudformation-role-arn": cloudFormationRoleArn,
    "permissions-boundary-arn": permissionsBoundaryArn,
  });
  expect(deployed.code).toBe(0);
  const hourly = await tearDown({ "expired-only": true });
  expect(hourly.outputs).toEqual({ deleted: "0", left: "0", environments: "" });
  expect(hourly.annotations[0]?.message).toMatch(
    /^Environment brief has expired and is left\. .* being worked on by github-4711 \(pipeline\)/,
  );
  const named = await tearDown({ environment });
  expect(named.code).toBe(1);
  expect(named.annotations[0]?.message).toContain("give the reason");
  // The run ends: what fails gives the lease back.
  const dataset = `s3://${stand.aws.bucket}/scones/brief/datasets/none/`;
  const failed = await stand.run("train-model", { environment, "dataset-uri": dataset });
  expect(failed.code).toBe(1);
  const removed = await tearDown({ "expired-only": true });
  expect(removed.outputs).toEqual({ deleted: "2", left: "0", environments: "brief" });
  const none = await tearDown({ "expired-only": true });
  expect(none.outputs).toEqual({ deleted: "0", left: "0", environments: "" });
  expect(none.annotations).toEqual([{ level: "notice", message: "No environment has expired." }]);
});

test("what fails in one expired environment leaves the others to go", async () => {
  const clients = rootClients(stand.aws.clients, "us-east-1");
  for (const environment of ["marked", "ended"]) {
    const Tags = [...tags(scope(environment)), expiryTag(new Date(0))];
    const StackName = `scones-${environment}-application`;
    const TemplateBody = "Resources: { Topic: { Type: AWS::SNS::Topic } }";
    await clients.cloudformation.send(new CreateStackCommand({ StackName, TemplateBody, Tags }));
  }
  // Neither its endpoint nor its stack says so: it has expired, and only a person may remove it.
  const Tags = [...tags(scope("marked")), { Key: "scones:keep", Value: "true" }];
  const ModelPackageGroupName = "scones-marked";
  await clients.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName, Tags }));
  const hourly = await tearDown({ "expired-only": true });
  expect(hourly.code).toBe(1);
  expect(hourly.outputs).toMatchObject({ deleted: "1", environments: "ended" });
  expect(hourly.annotations.at(-1)?.message).toMatch(
    /^Environment marked: .* is to stay, by model package group/,
  );
  await tearDown({ environment: "marked", confirm: "marked", "keep-models": "false" });
});

test("a run whose environment is being torn down fails before it makes or keeps anything", async () => {
  const { clients, bucket } = stand.aws;
  const until = new Date(Date.now() + 60_000).toISOString();
  const Body = JSON.stringify({ holder: "github-9", work: "teardown", since: until, until });
  const object = { Bucket: bucket, Key: keys.lease(scope("taken")) };
  await clients.s3.send(new PutObjectCommand({ ...object, Body }));
  const late = await stand.run("stage-data", { environment: "taken" });
  expect(late.code).toBe(1);
  expect(late.annotations[0]?.message).toMatch(/by github-9 \(teardown\).*once it is over/);
  const { Contents } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: keys.environment(scope("taken")) }),
  );
  expect(Contents).toBeUndefined();
  const kept = await stand.run("keep-environment", { environment: "taken", "keep-for": 1 });
  expect(kept.code).toBe(1);
  expect(kept.annotations[0]?.message).toMatch(/by github-9 \(teardown\).*once it is over/);
  const forced = await tearDown({
    environment: "taken",
    "override-lease": "its runner is gone",
  });
  expect(forced.code).toBe(0);
  const { Versions, DeleteMarkers } = await clients.s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: object.Key }),
  );
  expect([Versions, DeleteMarkers]).toEqual([undefined, undefined]);
});
