import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runAction, type RunOptions } from "./run-action.ts";

const SUMMARY_LIMIT = 1024 * 1024;

let workspace: string;

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), "scones-workspace-"));
  await configure("environment: test\n");
});

afterAll(() => rm(workspace, { recursive: true }));

async function configure(text: string, file = "pipeline.yaml"): Promise<void> {
  await writeFile(join(workspace, file), text);
}

const train = {
  bucket: "a",
  "dataset-uri": "s3://a/b/",
  "execution-role-arn": "arn:aws:iam::1:role/a",
};
const run = (step: string, inputs: Record<string, string>, options: RunOptions = {}) =>
  runAction(step, inputs, { workspace, ...options });

/** The one annotation of a run that failed. */
async function complaint(...args: Parameters<typeof run>) {
  const { code, annotations, outputs } = await run(...args);
  expect({ code, outputs }).toEqual({ code: 1, outputs: {} });
  expect(annotations).toHaveLength(1);
  return annotations[0];
}

test("inputs that are missing are named, and the annotation says which step failed", async () => {
  expect(await complaint("gate-deployment", {})).toEqual({
    level: "error",
    title: "gate-deployment failed",
    message:
      "Input evaluation-uri is required and was not given.\n" +
      "Input model-package-arn is required and was not given.",
  });
});

test("wrong booleans, numbers and maps are named together", async () => {
  const wrong = {
    spot: "perhaps",
    "max-runtime-minutes": "1.5",
    "timeout-minutes": "0",
    hyperparameters: "[20]",
  };
  expect((await complaint("train-model", { ...train, ...wrong }))?.message).toBe(
    'Input spot: "perhaps": expected true or false.\n' +
      'Input max-runtime-minutes: "1.5": expected a whole number above 0.\n' +
      'Input hyperparameters: "[20]": expected a map such as { epochs: 20 }.\n' +
      'Input timeout-minutes: "0": expected a number above 0.',
  );
});

test("what pipeline.yaml's schema refuses is named by the input that said it", async () => {
  const wrong = { "instance-types": "large", environment: "Production!" };
  expect((await complaint("train-model", { ...train, ...wrong }))?.message).toBe(
    'Input environment: "Production!": lower-case letters, digits and single hyphens\n' +
      'Input instance-types: ["large"]: Invalid string: must start with "ml."',
  );
});

test("a field that pipeline.yaml should not have is annotated at its line", async () => {
  await configure("environment: test\ntraining:\n  spott: true\n", "typo.yaml");
  expect(await complaint("train-model", { ...train, config: "typo.yaml" })).toMatchObject({
    file: "typo.yaml",
    line: "3",
    message: "typo.yaml:3: training.spott: is not a field of the configuration",
  });
});

test("a configuration that is not there is named", async () => {
  const absent = await complaint("train-model", { ...train, config: "absent.yaml" });
  expect(absent?.message).toContain("absent.yaml cannot be read");
});

test("a bucket that neither the input nor pipeline.yaml names is asked for by its output", async () => {
  expect((await complaint("stage-data", {}))?.message).toMatch(
    /^Neither the input bucket nor pipeline.yaml's bucket is given. .* ArtifactBucket of cloudformation\/bootstrap.yaml/,
  );
});

test("without credentials the annotation says how a job gets them", async () => {
  const nobody = { AWS_REGION: "us-east-1", AWS_EC2_METADATA_DISABLED: "true" };
  expect((await complaint("train-model", train, { environment: nobody }))?.message).toMatch(
    /^Could not load credentials .* run aws-actions\/configure-aws-credentials before this step/,
  );
});

test("expired credentials fail at once, and stay secret", async () => {
  let asked = 0;
  const s3 = createServer((_request, response) => {
    asked += 1;
    response.writeHead(400, { "content-type": "application/xml" });
    response.end(
      "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>",
    );
  });
  await new Promise<void>((resolve) => void s3.listen(0, "127.0.0.1", resolve));
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "a+very/secret-key",
    AWS_SESSION_TOKEN: "and-its-session-token",
  };
  const { code, annotations, masked, ...rest } = await run("train-model", train, { environment });
  s3.closeAllConnections();
  s3.close();
  expect({ code, asked, masked }).toEqual({
    code: 1,
    asked: 1,
    masked: ["a+very/secret-key", "and-its-session-token"],
  });
  expect(annotations[0]?.message).toBe(
    "The provided token has expired. The credentials are over. Run the job again: it takes new ones, and what runs at AWS is found by its name.",
  );
  expect(JSON.stringify({ annotations, ...rest })).not.toMatch(/secret-key|session-token/);
});

test("an AWS that is not reached is named by its address", async () => {
  const environment = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  expect((await complaint("train-model", train, { environment }))?.message).toMatch(
    /^connect ECONNREFUSED 127.0.0.1:1. AWS was not reached: check the region/,
  );
});

test("a gate below pipeline.yaml's is refused before anything is read", async () => {
  const evaluated = {
    "evaluation-uri": "s3://a/evaluation.json",
    "model-package-arn": "arn:aws:a",
  };
  const lower = await complaint("gate-deployment", { ...evaluated, accuracy: "0.93" });
  expect(lower?.message).toMatch(/^Input accuracy: 0.93: .* never lowered/);
});

test("outputs and a summary over GitHub's limits are cut, and say so", async () => {
  const { code, outputs, summary, annotations } = await runAction(
    "wordy",
    {},
    {
      workspace,
      actions: new URL("fixtures/", import.meta.url),
    },
  );
  expect(code).toBe(0);
  expect(outputs["short"]).toBe("as it is");
  expect(outputs["long-line"]).toMatch(/^é{100}é* \.\.\. \(cut: 4000000 bytes\)$/);
  expect(Buffer.byteLength(outputs["long-line"] ?? "")).toBeLessThanOrEqual(50_000);
  expect(annotations).toEqual([
    { level: "warning", message: "Output long-line is over GitHub's limit and was cut." },
  ]);
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_LIMIT);
  expect(summary).toMatch(/\*Cut here: GitHub takes 1048576 bytes, this had \d+\.\*\n$/);
});

test("a summary of exactly GitHub's limit stays within it", async () => {
  const { summary } = await runAction(
    "wordy",
    { length: SUMMARY_LIMIT },
    {
      workspace,
      actions: new URL("fixtures/", import.meta.url),
    },
  );
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_LIMIT);
});
