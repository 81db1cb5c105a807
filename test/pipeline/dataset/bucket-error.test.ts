import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { explainBucketError } from "../../../pipeline/dataset/bucket-error.ts";
import { readText } from "../../../pipeline/s3.ts";

/** What is said of a bucket whose S3 answers everything as it does where it refuses. */
async function refusing(status: number, code: string, headers: Record<string, string> = {}) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/xml", ...headers });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message></Error>`);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const s3 = new S3Client({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
  });
  try {
    return await readText(s3, "scones-elsewhere", "manifest.json").catch((error: unknown) =>
      explainBucketError(error, "scones-elsewhere"),
    );
  } finally {
    s3.destroy();
    server.close();
  }
}

test("a bucket in another region says which", async () => {
  const error = await refusing(301, "PermanentRedirect", { "x-amz-bucket-region": "eu-west-1" });
  expect(error).toMatchObject({
    name: "StepError",
    message: expect.stringContaining("The bucket scones-elsewhere is in eu-west-1"),
  });
});

test("a bucket that is another's says so", async () => {
  expect(await refusing(403, "AccessDenied")).toMatchObject({
    name: "StepError",
    message: expect.stringContaining(
      "scones-elsewhere is closed to this role, or belongs to another",
    ),
  });
});

test("another error of S3 is left as it is", async () => {
  expect(await refusing(400, "InvalidDigest")).toMatchObject({ name: "InvalidDigest" });
});
