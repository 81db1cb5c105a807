import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateModelCommand,
  CreateTrainingJobCommand,
  ListModelsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type LocalAws, startLocalAws } from "../../local/aws.ts";
import { startOidcIssuer } from "../../local/oidc-issuer.ts";
import { image } from "./sagemaker/fixture.ts";
import { trainingJob } from "./sagemaker/training/training-fixture.ts";

// The caller's own, which would lead away from the local AWS.
const theirs = ["AWS_PROFILE", "AWS_ENDPOINT_URL_CLOUDFORMATION", "AWS_ENDPOINT_URL_LAMBDA"];
for (const name of theirs) process.env[name] = "elsewhere";
const before = { ...process.env };
const Tags = [{ Key: "scones:project", Value: "scones" }];
const root = { accessKeyId: "test", secretAccessKey: "test" };
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws({
    region: "us-east-1",
    log: () => undefined,
    signal: new AbortController().signal,
    algorithmDir: fileURLToPath(new URL("sagemaker/fake-algorithm", import.meta.url)),
  });
});

afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  expect(process.env).toEqual(before);
});

function sagemaker(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const endpoint = aws.environment["AWS_ENDPOINT_URL_SAGEMAKER"] ?? "";
  return new SageMakerClient({ endpoint, credentials, region: "us-east-1", maxAttempts: 1 });
}

test("the caller works under the pipeline role, and is told what that lacks", async () => {
  const refused = aws.clients.s3.send(new CreateBucketCommand({ Bucket: "mine" }));
  await expect(refused).rejects.toMatchObject({
    name: "AccessDenied",
    message:
      "User: arn:aws:sts::000000000000:assumed-role/scones-pipeline/local is not authorized to " +
      'perform: s3:CreateBucket on resource: "arn:aws:s3:::mine" because no identity-based ' +
      "policy allows the s3:CreateBucket action",
  });
});

test("what would lead the steps to another AWS is taken away", () => {
  expect(theirs.filter((name) => name in process.env)).toEqual([]);
});

test("the token of another repository gets no session", async () => {
  await using issuer = await startOidcIssuer({ sub: "repo:somebody/else:ref:refs/heads/main" });
  const endpoint = aws.environment["AWS_ENDPOINT_URL"] ?? "";
  const sts = new STSClient({ endpoint, credentials: root });
  const exchange = async (token: string) =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: aws.pipelineRoleArn,
        RoleSessionName: "test",
        WebIdentityToken: token,
      }),
    );
  await expect(exchange(await issuer.token("sts.amazonaws.com"))).rejects.toMatchObject({
    name: "AccessDenied",
  });
  await expect(exchange(await aws.issuer.token("elsewhere"))).rejects.toMatchObject({
    name: "AccessDenied",
  });
  const { Credentials } = await exchange(await aws.issuer.token("sts.amazonaws.com"));
  expect(Credentials?.SessionToken).toBeDefined();
  sts.destroy();
});

test("SageMaker refuses what the role may not, in AWS's words", async () => {
  const untagged = trainingJob("scones-test-1", { RoleArn: aws.executionRoleArn });
  await expect(
    aws.clients.sagemaker.send(new CreateTrainingJobCommand(untagged)),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
    message:
      "User: arn:aws:sts::000000000000:assumed-role/scones-pipeline/local is not authorized to " +
      "perform: sagemaker:CreateTrainingJob on resource: " +
      "arn:aws:sagemaker:us-east-1:000000000000:training-job/scones-test-1 because no " +
      "identity-based policy allows the sagemaker:CreateTrainingJob action",
  });
});

test("a role that the caller may not pass is not passed", async () => {
  const RoleArn = aws.cloudFormationRoleArn;
  const passing = trainingJob("scones-test-2", { RoleArn, Tags });
  await expect(aws.clients.sagemaker.send(new CreateTrainingJobCommand(passing))).rejects.toThrow(
    `is not authorized to perform: iam:PassRole on resource: ${RoleArn} because`,
  );
});

test("a role that does not trust SageMaker can't be assumed, even where the caller may pass it", async () => {
  const client = sagemaker(root);
  const training = trainingJob("scones-test-3", { RoleArn: aws.pipelineRoleArn });
  await expect(client.send(new CreateTrainingJobCommand(training))).rejects.toMatchObject({
    name: "ValidationException",
    message:
      `Could not assume role ${aws.pipelineRoleArn}. Please ensure that the role exists and ` +
      "allows principal 'sagemaker.amazonaws.com' to assume the role.",
  });
  client.destroy();
});

test("a model without a role has no access to its data", async () => {
  const client = sagemaker(root);
  const Key = "scones/test/training/model.tar.gz";
  await aws.clients.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: "there" }));
  const ModelDataUrl = `s3://${aws.bucket}/${Key}`;
  const model = { ModelName: "m", PrimaryContainer: { Image: image, ModelDataUrl } };
  await expect(client.send(new CreateModelCommand(model))).rejects.toThrow(
    `Could not access model data at ${ModelDataUrl}.`,
  );
  client.destroy();
});

test("a key that nobody has is not let in, nor a session without its token", async () => {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = aws.environment;
  for (const accessKeyId of ["AKIANOBODY", AWS_ACCESS_KEY_ID]) {
    const client = sagemaker({ accessKeyId, secretAccessKey: AWS_SECRET_ACCESS_KEY });
    await expect(client.send(new ListModelsCommand({}))).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
    client.destroy();
  }
});

const attempts: [string, Record<string, string>][] = [
  ["another host's name", { host: "evil.example" }],
  ["another host's name that ends as this one does", { host: "evil-127.0.0.1.example" }],
  ["another origin", { origin: "https://evil.example" }],
  ["a page of another site", { "sec-fetch-site": "cross-site" }],
];

test.each(attempts)("nothing of the local AWS answers %s", async (_what, headers) => {
  const { AWS_ENDPOINT_URL = "", AWS_ENDPOINT_URL_SAGEMAKER = "" } = aws.environment;
  const asked = [
    `${AWS_ENDPOINT_URL}/_scones/assume`,
    `${AWS_ENDPOINT_URL}/2015-03-31/functions`,
    AWS_ENDPOINT_URL_SAGEMAKER,
    aws.issuer.url,
  ].map(async (url) => {
    const sent = request(url, { method: "POST", headers });
    const [response] = (await once(sent.end("{}"), "response")) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  });
  expect(await Promise.all(asked)).toEqual([403, 403, 403, 403]);
});
