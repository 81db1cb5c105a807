import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import {
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sendTraffic } from "../../local/traffic.ts";
import { readDataset } from "../../pipeline/stored.ts";
import { until } from "../local/sagemaker/fixture.ts";
import { openStand, type Stand } from "./stand.ts";

// The actions one after the other, each with the outputs of those before, as pipeline.yml runs them.
const environment = "chain";
const outputs: Record<string, string> = {};

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

/** An output of an earlier action. */
const of = (name: string) => ({ [name]: outputs[name] ?? `missing ${name}` });

/** Runs an action, expects that it ends well without a complaint, and keeps its outputs. */
async function step(name: string, inputs: Parameters<Stand["run"]>[1], attempt = 1) {
  const ran = await stand.run(
    name,
    { environment, ...inputs },
    {
      environment: { GITHUB_RUN_ATTEMPT: String(attempt) },
    },
  );
  const complaints = ran.annotations.filter(({ level }) => level !== "notice");
  expect({ code: ran.code, complaints }).toEqual({ code: 0, complaints: [] });
  Object.assign(outputs, ran.outputs);
  return ran;
}

test("stage-data stages what pipeline.yaml names, and the second time sends nothing", async () => {
  const staged = await step("stage-data", {});
  const hash = staged.outputs["dataset-hash"] ?? "";
  expect(staged.outputs).toEqual({
    "dataset-uri": `s3://${stand.aws.bucket}/scones/chain/datasets/${hash}/`,
    "dataset-hash": expect.stringMatching(/^[0-9a-f]{16}$/),
    "train-count": "18",
    "validation-count": "2",
    "test-count": "20",
  });
  expect(staged.summary).toContain("| 18 | 2 | 20 | 40 |");
  const again = await step("stage-data", {}, 2);
  expect(again.outputs).toEqual(staged.outputs);
  expect(again.log).toBe(
    `s3://${stand.aws.bucket}/scones/chain/datasets/${hash}/ is staged already`,
  );
});

test("train-model starts the training and returns", async () => {
  const started = await step("train-model", { ...of("dataset-uri"), wait: false });
  expect(started.outputs).toEqual({
    "training-job-name": expect.stringMatching(/^scones-chain-[0-9a-f]{10}$/),
    "training-job-status": "InProgress",
    adopted: "false",
  });
  const TrainingJobName = started.outputs["training-job-name"];
  await until(async () => {
    const { TrainingJobStatus } = await stand.aws.clients.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName }),
    );
    return TrainingJobStatus === "Completed";
  });
});

test("fault 58: a later job's train-model, a second attempt, waits for that very job", async () => {
  const name = outputs["training-job-name"];
  const trained = await step("train-model", of("dataset-uri"), 2);
  expect(trained.outputs).toEqual({
    "training-job-name": name,
    "training-job-status": "Completed",
    "model-data-url": `s3://${stand.aws.bucket}/scones/chain/training/${name}/output/model.tar.gz`,
    "training-seconds": expect.stringMatching(/^\d+$/),
    "billable-seconds": expect.stringMatching(/^\d+$/),
    "validation-accuracy": "0.95",
    adopted: "false",
  });
  expect(trained.summary).toContain(`<code>${name}</code>`);
});

test("fault 34: an evaluation that takes too long fails, and says how to resume", async () => {
  const trained = { ...of("dataset-uri"), ...of("training-job-name") };
  const inputs = { environment, ...trained, "timeout-minutes": 0.0001 };
  const late = await stand.run("evaluate-model", inputs);
  const [, name = ""] = /transform job (\S+) on/.exec(late.log) ?? [];
  expect(late.code).toBe(1);
  expect(late.annotations.map(({ message }) => message)).toEqual([
    `Transform job ${name} did not finish within 0 s. It goes on: run the step again and it is adopted.`,
  ]);
  await until(async () => {
    const { TransformJobStatus } = await stand.aws.clients.sagemaker.send(
      new DescribeTransformJobCommand({ TransformJobName: name }),
    );
    return TransformJobStatus === "Completed";
  });
});

test("evaluate-model, run again, adopts the batch transform and registers the model", async () => {
  const {
    log,
    outputs: made,
    summary,
  } = await step("evaluate-model", {
    ...of("dataset-uri"),
    ...of("training-job-name"),
  });
  const transform = made["transform-job-name"];
  expect(log).toContain(`transform job ${transform} is there (Completed): adopted`);
  expect(made).toEqual({
    "evaluation-uri": `s3://${stand.aws.bucket}/scones/chain/evaluations/${transform}/evaluation.json`,
    "model-package-arn": expect.stringMatching(/:model-package\/scones-chain\/1$/),
    "transform-job-name": expect.stringContaining(`${outputs["training-job-name"]}-`),
    accuracy: "1.0000",
    correct: "20",
    total: "20",
  });
  expect(summary).toContain("**20 of 20 test pictures right: 100.0%**");
});

test("gate-deployment opens, and says so in a notice", async () => {
  const evaluated = { ...of("evaluation-uri"), ...of("model-package-arn") };
  const gate = await step("gate-deployment", evaluated);
  const line = "20/20 = 100.0% (83.9–100.0), needs 19: open";
  expect(gate.outputs).toEqual({
    approved: "true",
    required: "19",
    correct: "20",
    total: "20",
    line,
  });
  expect(gate.annotations).toEqual([{ level: "notice", message: `Gate: ${line}` }]);
  expect(gate.summary).toContain(line);
  const { ModelApprovalStatus } = await stand.aws.clients.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: outputs["model-package-arn"] }),
  );
  expect(ModelApprovalStatus).toBe("Approved");
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
    "topic-arn": expect.stringContaining(`:${stack}-failures`),
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
    change: "created",
  });
  expect(ran.code).toBe(1);
  expect(ran.annotations.at(-1)?.message).toMatch(
    /\nEndpoint scones-chain was new and is deleted\./,
  );
  await step("deploy-endpoint", { ...of("model-package-arn"), "keep-for": 0.5 });
});

test("verify-deployment sees pictures routed and refused", async () => {
  const { outputs: verified, summary } = await step("verify-deployment", {
    ...of("dataset-uri"),
    ...of("evaluation-uri"),
    ...of("state-machine-arn"),
    ...of("endpoint-name"),
    count: 6,
  });
  expect(verified).toEqual({
    routed: "6",
    "below-threshold": "1",
    "p50-ms": expect.stringMatching(/^\d+$/),
    "p95-ms": expect.stringMatching(/^\d+$/),
  });
  expect(summary).toContain("All 7 pictures");
});

test("an endpoint that only verify-deployment has asked is insufficient data", async () => {
  const { s3 } = stand.aws.clients;
  await until(async () => {
    const Prefix = "scones/chain/capture/";
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
    "report-uri": expect.stringContaining("/scones/chain/monitoring/scones-chain/"),
  });
  const { sagemaker } = clients;
  const { EndpointStatus } = await sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: "scones-chain" }),
  );
  expect(EndpointStatus).toBe("InService");
});

test("a dry run of teardown names what there is, and deletes nothing", async () => {
  const planned = await step("teardown", { "dry-run": true });
  expect(planned.outputs).toEqual({ deleted: "0", left: "0", environments: environment });
  expect(planned.log).toContain("would delete: scaling scones-chain, endpoint scones-chain, ");
  expect(planned.summary).toContain("**7 would be deleted**");
  const Key = new URL(outputs["evaluation-uri"] ?? "").pathname.slice(1);
  await stand.aws.clients.s3.send(new GetObjectCommand({ Bucket: stand.aws.bucket, Key }));
});

test("teardown of what has expired leaves what is in use, and the environment whose time is not over", async () => {
  const brief = { environment: "brief", "endpoint-name": "scones-brief" };
  await step("deploy-stack", {
    ...brief,
    "expires-at": "2026-01-31T12:00:00Z",
    "cloudformation-role-arn": stand.aws.cloudFormationRoleArn,
    "permissions-boundary-arn": stand.aws.permissionsBoundaryArn,
  });
  const { outputs: hanging } = await step("train-model", {
    environment: "brief",
    ...of("dataset-uri"),
    hyperparameters: "{ act: hang }",
    wait: false,
  });
  const TrainingJobName = hanging["training-job-name"] ?? "";
  const busy = await step("teardown", { "expired-only": true });
  expect(busy.outputs).toEqual({ deleted: "0", left: "0", environments: "" });
  expect(busy.annotations[0]?.message).toContain(`training job ${TrainingJobName} runs`);
  const { sagemaker } = stand.aws.clients;
  await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
  await until(async () => {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    return job.TrainingJobStatus === "Stopped";
  });
  const removed = await step("teardown", { "expired-only": true });
  expect(removed.outputs).toEqual({ deleted: "2", left: "0", environments: "brief" });
  const none = await step("teardown", { "expired-only": true });
  expect(none.outputs).toEqual({ deleted: "0", left: "0", environments: "" });
  expect(none.annotations).toEqual([{ level: "notice", message: "No environment has expired." }]);
});

test("teardown of an environment leaves nothing of it", async () => {
  const removed = await step("teardown", {});
  expect(removed.outputs).toEqual({ deleted: "7", left: "0", environments: environment });
  expect(removed.log).toMatch(/left: nothing$/);
});
