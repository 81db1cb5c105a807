import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startOidcIssuer } from "../../local/oidc-issuer.ts";
import { parseConfig } from "../../pipeline/config.ts";
import { openDataset } from "../../pipeline/dataset/open.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { type BootstrapStand, openBootstrapStand } from "./bootstrap-stand.ts";

let stand: BootstrapStand;
let outputs: Record<string, string>;

beforeAll(async () => {
  stand = await openBootstrapStand();
  outputs = await stand.deploy({ Repository: "owner/name", PicturesBucket: "own-pictures" });
});

afterAll(async () => stand[Symbol.asyncDispose]());

/** S3 as the pipeline role has it. */
async function pipelineS3(): Promise<S3Client> {
  await using issuer = await startOidcIssuer({ sub: "repo:owner/name:ref:refs/heads/main" });
  const sts = new STSClient({});
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: outputs["PipelineRoleArn"],
      RoleSessionName: "test",
      WebIdentityToken: await issuer.token("sts.amazonaws.com"),
    }),
  );
  sts.destroy();
  return new S3Client({
    forcePathStyle: true,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    },
  });
}

test("the pipeline role reads own pictures below their prefix, nothing beside it, and writes none", async () => {
  const Bucket = "own-pictures";
  const { s3: administrator } = stand.context.clients;
  await administrator.send(new CreateBucketCommand({ Bucket }));
  for (const [label, name] of ["bicycle", "motorcycle"].entries()) {
    for (let at = 0; at < 5; at++) {
      const Body = encodePng(new Uint8Array(12).fill(10 * at + label), 2, 2);
      for (const prefix of ["pictures", "others"]) {
        const Key = `${prefix}/${name}/${at}.png`;
        await administrator.send(new PutObjectCommand({ Bucket, Key, Body }));
      }
    }
  }
  const s3 = await pipelineS3();
  const options = { ...stand.context, clients: { s3 } };
  const open = (prefix: string) =>
    openDataset(`s3://${Bucket}/${prefix}`, parseConfig(""), options);
  expect((await open("pictures")).survey.counts).toEqual({ train: [4, 4], test: [1, 1] });
  await expect(open("others")).rejects.toThrow(/s3:ListBucket is refused.* PicturesPrefix/);
  const beside = { Bucket, Key: "others/bicycle/0.png" };
  await expect(s3.send(new GetObjectCommand(beside))).rejects.toMatchObject({
    name: "AccessDenied",
  });
  const another = { Bucket, Key: "pictures/bicycle/0.png", Body: "another" };
  await expect(s3.send(new PutObjectCommand(another))).rejects.toMatchObject({
    name: "AccessDenied",
  });
  s3.destroy();
});

test("the bucket answers the pipeline role over TLS only, and says which keys are missing", async () => {
  const s3 = await pipelineS3();
  const Bucket = outputs["ArtifactBucket"];
  const look = (Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  expect(await look("scones/none/")).toMatchObject({ KeyCount: 0 });
  await expect(look("other/")).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(
    s3.send(new HeadObjectCommand({ Bucket, Key: "scones/none/here" })),
  ).rejects.toMatchObject({ name: "NotFound" });
  s3.middlewareStack.add(
    (next) => (call) => {
      const { headers } = call.request as { headers: Record<string, string> };
      headers["x-forwarded-proto"] = "http"; // by which ministack knows the transport
      return next(call);
    },
    { step: "deserialize" },
  );
  await expect(look("scones/none/")).rejects.toMatchObject({ name: "AccessDenied" });
  s3.destroy();
});
