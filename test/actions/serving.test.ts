import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, ListTagsCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sendTraffic } from "../../local/traffic.ts";
import { invokeEndpoint } from "../../pipeline/endpoint/endpoint.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { readDataset } from "../../pipeline/stored.ts";
import { until } from "../local/sagemaker/fixture.ts";
import { runLabels } from "../labels/run-labels.ts";
import { chainIn } from "./chain.ts";
import { openStand, type Stand } from "./stand.ts";

const environment = "chain";

let stand: Stand;
const { outputs, of, step } = chainIn(environment, () => stand);

beforeAll(async () => {
  stand = await openStand();
  await step("stage-data", {});
  await step("train-model", of("dataset-uri"));
  await step("evaluate-model", { ...of("dataset-uri"), ...of("training-job-name") });
  await step("gate-deployment", { ...of("evaluation-uri"), ...of("model-package-arn") });
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

test("deploy-endpoint serves the approved package until its time, and names the price", async () => {
  const before = Date.now();
  const deployed = await step("deploy-endpoint", { ...of("model-package-arn"), "keep-for": 0.5 });
  expect(deployed.outputs).toEqual({
    "endpoint-name": "scones-chain",
    "endpoint-config-name": expect.stringMatching(/^scones-chain-[0-9a-f]{10}$/),
    change: "created",
    "expires-at": expect.stringMatching(/^\d{4}-.*Z$/),
  });
  const kept = Date.parse(deployed.outputs["expires-at"] ?? "") - before;
  expect(kept / 60_000).toBeCloseTo(30, 0);
  expect(deployed.annotations[0]?.message).toMatch(/^Endpoint scones-chain created; it costs \$/);
});

test("deploy-stack deploys the application under its roles", async () => {
  const { cloudFormationRoleArn, permissionsBoundaryArn } = stand.aws;
  const deployed = await step("deploy-stack", {
    ...of("endpoint-name"),
    ...of("expires-at"),
    "cloudformation-role-arn": cloudFormationRoleArn,
    "permissions-boundary-arn": permissionsBoundaryArn,
  });
  const stack = "scones-chain-application";
  expect(deployed.outputs).toEqual({
    "stack-name": stack,
    "stack-id": expect.stringContaining(`:stack/${stack}/`),
    change: "created",
    "state-machine-arn": expect.stringMatching(`:stateMachine:${stack}-classify$`),
    "api-url": expect.stringMatching(/\/classify$/),
    "fleet-arn": expect.stringMatching(`:stateMachine:${stack}-fleet$`),
    "topic-arn": expect.stringContaining(`:${stack}-failures`),
    "dashboard-name": stack,
    "alarm-names": expect.stringContaining(`${stack}-5xx-errors,${stack}-4xx-errors,`),
  });
  expect(deployed.summary).toContain("| Add | <code>StateMachine</code> |");
});

test("a new endpoint that does not verify is taken down before the step fails", async () => {
  const arn = outputs["state-machine-arn"] ?? "";
  const ran = await stand.run("verify-deployment", {
    environment,
    ...of("dataset-uri"),
    ...of("evaluation-uri"),
    "state-machine-arn": arn.replace("-classify", "-missing"),
    ...of("endpoint-name"),
    ...of("endpoint-config-name"),
  });
  expect(ran.code).toBe(1);
  expect(ran.annotations.at(-1)?.message).toMatch(
    /\nNothing that endpoint scones-chain served ever verified: it is deleted\./,
  );
  await step("deploy-endpoint", { ...of("model-package-arn"), "keep-for": 0.5 });
  const before = outputs["expires-at"];
  await step("deploy-endpoint", { ...of("model-package-arn"), "keep-for": "unchanged" });
  expect(outputs["expires-at"]).toBe(before);
});

test("verify-deployment sees pictures routed and refused", async () => {
  const { outputs: verified, summary } = await step("verify-deployment", {
    ...of("dataset-uri"),
    ...of("evaluation-uri"),
    ...of("state-machine-arn"),
    ...of("endpoint-name"),
    ...of("endpoint-config-name"),
    count: 6,
  });
  expect(verified).toEqual({
    routed: "6",
    "below-threshold": "1",
    strangers: "3",
    "p50-ms": expect.stringMatching(/^\d+$/),
    "p95-ms": expect.stringMatching(/^\d+$/),
  });
  expect(summary).toContain("All 10 pictures");
  const { sagemaker } = stand.aws.clients;
  const { EndpointArn } = await sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: "scones-chain" }),
  );
  const { Tags = [] } = await sagemaker.send(new ListTagsCommand({ ResourceArn: EndpointArn }));
  const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  expect(tags).toMatchObject({
    "scones:verified": outputs["endpoint-config-name"],
    "scones:verified-expires-at": tags["scones:expires-at"],
  });
});

test("an endpoint that only verify-deployment has asked is insufficient data", async () => {
  const { s3 } = stand.aws.clients;
  await until(async () => {
    const Prefix = "scones/captures/chain/";
    return (await s3.send(new ListObjectsV2Command({ Bucket: stand.aws.bucket, Prefix }))).KeyCount;
  });
  const { outputs: found } = await step("monitor-endpoint", { hours: 1 });
  expect(found).toMatchObject({ verdict: "insufficient data", records: "0" });
});

test("monitor-endpoint compares with the evaluation of the model that serves", async () => {
  const { clients } = stand.aws;
  const context = {
    clients,
    progress: { line: () => undefined, count: () => undefined },
    signal: new AbortController().signal,
  };
  const dataset = await readDataset(context, outputs["dataset-uri"] ?? "");
  await sendTraffic(context, dataset, "scones-chain");
  const monitored = await until(async () => {
    const { outputs: found } = await step("monitor-endpoint", { hours: 1 });
    return found["records"] === "20" ? found : undefined;
  });
  expect(monitored).toEqual({
    verdict: "no drift",
    records: "20",
    "drifted-features": "",
    "drifted-since": "",
    shares: '{"lowConfidence":0,"unlike":0,"strangers":0}',
    "html-uri": expect.stringMatching(
      /\/scones\/chain\/monitoring\/scones-chain\/.*\/report\.html$/,
    ),
    "report-uri": expect.stringContaining("/scones/chain/monitoring/scones-chain/"),
    "report-url": "",
    "serving-model": outputs["training-job-name"],
    "serving-since": expect.stringMatching(/^\d{4}-.*Z$/),
    "new-labels": "0",
  });
  const { sagemaker } = clients;
  const { EndpointStatus } = await sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: "scones-chain" }),
  );
  expect(EndpointStatus).toBe("InService");
});

test("what was captured is listed, labelled and staged, but for pictures that the data set has", async () => {
  const { bucket, clients, environment: variables } = stand.aws;
  const signal = new AbortController().signal;
  const context = { clients, progress: { line: () => {}, count: () => {} }, signal };
  for (const shade of [20, 40, 60, 80]) {
    const picture = encodePng(new Uint8Array(8 * 8 * 3).fill(shade), 8, 8);
    await invokeEndpoint(context, "scones-chain", picture);
  }
  const folder = join(stand.workspace, "to-label");
  const options = { cwd: stand.workspace, environment: { ...variables } };
  const args = ["--config", "pipeline.yaml", "--environment", environment];
  await until(async () => {
    await rm(folder, { recursive: true, force: true });
    const { said } = await runLabels(["--list", "to-label", ...args], options);
    return said.includes("24 of 24 captured pictures") ? true : undefined;
  });
  const [header = "", ...rows] = (await readFile(join(folder, "labels.csv"), "utf8"))
    .trim()
    .split("\n");
  expect(header).toBe("eventId,class,predicted,confidence,time,file");
  const files = await readdir(folder);
  expect(files).toEqual(
    expect.arrayContaining(["index.html", ...rows.map((row) => row.split(",")[5])]),
  );
  expect(await runLabels(["--list", "to-label", ...args], options)).toMatchObject({ code: 2 });
  const filled = rows.map((row) => row.replace(/^([^,]+),,(\w+)/, "$1,$2,$2"));
  const upload = () =>
    runLabels(["-", ...args], { ...options, input: [header, ...filled].join("\n") });
  expect((await upload()).said).toMatch(/^24 labels: 24 new, 0 changed, 0 there already$/m);
  expect((await upload()).said).toMatch(/^24 labels: 0 new, 0 changed, 24 there already$/m);
  const narrow = await stand.run("monitor-endpoint", { environment, hours: 0.0001 });
  expect(narrow.outputs).toMatchObject({ records: "0", "new-labels": "24" });
  const staged = await stand.run("stage-data", { environment, "with-captures": true });
  expect(staged.log).toMatch(/24 labelled captures: .*, 20 repeated/);
  expect(staged.summary).toMatch(
    /Of these, captured at the endpoint and labelled:\n\n.*\n.*\n\| (\d+ \| ){3}4 \|/,
  );
  const { manifest } = await readDataset(context, staged.outputs["dataset-uri"] ?? "");
  expect(manifest.counts.train + manifest.counts.validation + manifest.counts.test).toBe(64);
  expect(staged.outputs["dataset-uri"]).toContain(`s3://${bucket}/`);
});

test("a model that is worse than the one that serves is refused, with both in the summary", async () => {
  const serving = outputs["training-job-name"] ?? "";
  const { outputs: trained } = await step("train-model", {
    ...of("dataset-uri"),
    hyperparameters: "{ act: learn, served: swaps }",
  });
  const { outputs: made, summary: evaluation } = await step("evaluate-model", {
    ...of("dataset-uri"),
    "training-job-name": trained["training-job-name"] ?? "",
  });
  expect(evaluation).toContain(`| to be compared with | <code>${serving}</code>, which serves |`);
  const closed = await stand.run("gate-deployment", {
    environment,
    "evaluation-uri": made["evaluation-uri"] ?? "",
    "model-package-arn": made["model-package-arn"] ?? "",
  });
  const line = `${serving}, which serves, has 20/20 right: 0 gained, 20 lost, 20 fewer, 0 allowed (McNemar's exact test: p < 0.001).`;
  expect(closed).toMatchObject({ code: 1, outputs: { approved: "false", "champion-line": line } });
  expect(closed.annotations.map(({ message }) => message)).toEqual([
    `The gate is closed: 0/20 = 0.0% of the test pictures right, 20 short of 20 as ${serving} has, which serves. ` +
      `${line} Nothing is deployed.`,
  ]);
  expect(closed.summary).toContain("| wrong | **20** lost | 0 |");
});

test("a dry run of teardown names what there is, and deletes nothing", async () => {
  const planned = await step("teardown", { "dry-run": true });
  expect(planned.outputs).toEqual({ deleted: "0", left: "0", environments: environment });
  expect(planned.log).toMatch(
    /plan: 13 of chain to delete, .*\n +scaling scones-chain, by its endpoint/,
  );
  expect(planned.summary).toContain("**13 would be deleted, which cost");
  const Key = new URL(outputs["evaluation-uri"] ?? "").pathname.slice(1);
  await stand.aws.clients.s3.send(new GetObjectCommand({ Bucket: stand.aws.bucket, Key }));
});

test("teardown of an environment leaves its reports and models, or nothing where that is asked for", async () => {
  const removed = await step("teardown", {});
  expect(removed.outputs).toEqual({ deleted: "13", left: "0", environments: environment });
  expect(removed.log).toMatch(/left: nothing$/);
  expect(removed.summary).toContain("model package group scones-chain");
  const rest = await step("teardown", { "keep-reports": false, "keep-models": false });
  expect(rest.outputs).toEqual({ deleted: "2", left: "0", environments: environment });
});
