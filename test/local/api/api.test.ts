import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { answerOf } from "../../../lambdas/api-answer.ts";
import { postToApi } from "../../../local/api/client.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { bucket, pictureOf, strangerOf } from "../../pipeline/stand.ts";
import { type AppStand, openAppStand } from "./app-stand.ts";
import { bomb, plain } from "./photos.ts";

const uploads = "scones/uploads/test/";
const examples = new Map<string, unknown>();
const text = await readFile(new URL("../../../docs/api.md", import.meta.url), "utf8");
for (const [, status, json = ""] of text.matchAll(/```json (\d+)\n(.*?)```/gs)) {
  const example = JSON.parse(json) as { error?: string };
  examples.set(`${status} ${example.error ?? ""}`.trim(), example);
}

let stand: AppStand;
beforeAll(async () => {
  stand = await openAppStand();
});
afterAll(async () => stand?.[Symbol.asyncDispose]());

const post = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL(path, stand.app.url), { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const classify = (asked: unknown) => post("classify", JSON.stringify(asked));
const inline = (picture: Buffer) => classify({ image_data: picture.toString("base64") });

/** As docs/api.md shows it, where that has another bucket and environment. */
function documented(status: string): unknown {
  const example = JSON.stringify(examples.get(status));
  return JSON.parse(
    example
      .replace("scones-artifacts-123456789012-us-east-1", bucket)
      .replace("production", "test"),
  );
}

test("a picture in the request and one in S3 are answered alike, as docs/api.md shows", async () => {
  const expected = { status: 200, body: documented("200") };
  expect(await inline(pictureOf(0.96))).toEqual(expected);
  const s3_key = await stand.stand.put(`${uploads}bicycle`, pictureOf(0.96));
  expect(await classify({ s3_key })).toEqual(expected);
});

test("a picture that the model is unsure of is answered 422, as docs/api.md shows", async () => {
  expect(await inline(pictureOf(0.6))).toEqual({
    status: 422,
    body: documented("422 THRESHOLD_CONFIDENCE_NOT_MET"),
  });
});

test("a picture of anything else is answered 422, as docs/api.md shows", async () => {
  expect(await inline(strangerOf(1))).toEqual({
    status: 422,
    body: documented("422 NOT_A_KNOWN_VEHICLE"),
  });
});

test.each([
  ["nothing", {}],
  ["both", { image_data: "", s3_key: "" }],
])("%s in the request is answered 400, as docs/api.md shows", async (_what, asked) => {
  expect(await classify(asked)).toEqual({ status: 400, body: documented("400 INVALID_REQUEST") });
});

const longKey = JSON.stringify({ s3_key: uploads.padEnd(1023, "a") + "ü" });

test.each([
  ["what is no JSON", "{", "the body is not a JSON object"],
  ["a list", "[]", "the body is not a JSON object"],
  ["an unknown field", '{"s3_key": "a", "s3_bucket": "b"}', "s3_bucket is not a field"],
  ["a number as picture", '{"image_data": 1}', "image_data is not a string"],
  ["an empty key", '{"s3_key": ""}', "s3_key is not the key of a picture"],
  ["a key of 1,025 bytes", longKey, "s3_key is not the key of a picture: 1 to 1024 bytes"],
  ["half a character", '{"s3_key": "\\ud800"}', "s3_key is not the key of a picture"],
])("%s is answered 400", async (_what, body, message) => {
  expect(await post("classify", body)).toEqual({
    status: 400,
    body: { error: "INVALID_REQUEST", message: expect.stringContaining(message) },
  });
});

test("what is no picture, and a payload that is too large, are answered as docs/api.md shows", async () => {
  expect(await inline(Buffer.from("no picture"))).toEqual({
    status: 400,
    body: documented("400 PICTURE_REFUSED"),
  });
  const refusal = documented("413 PICTURE_TOO_LARGE") as { message: string };
  const { status, body } = await inline(Buffer.alloc(184_321));
  const places = `s3://${bucket}/scones/test/datasets/ or s3://${bucket}/${uploads}`;
  const message = refusal.message.replace(`s3://${bucket}/${uploads}`, places);
  expect([status, body]).toEqual([413, { ...refusal, message }]);
});

test.each([
  ["base64 that is none", () => classify({ image_data: "%%%" }), 400, "not base64"],
  [
    "a picture that is cut off",
    () => inline(pictureOf(1).subarray(0, 60)),
    400,
    "cannot be decoded",
  ],
  ["a bomb in the request", () => inline(bomb()), 413, "30000x30000 pixels"],
  ["a key outside", () => classify({ s3_key: "scones/test/code/a" }), 400, "is outside s3://"],
  [
    "the longest key",
    () => classify({ s3_key: uploads.padEnd(1024, "a") }),
    400,
    "there is no s3://",
  ],
  ["a key of nothing", () => classify({ s3_key: `${uploads}none` }), 400, "there is no s3://"],
  ["an empty object", () => inS3(Buffer.alloc(0)), 400, "is empty"],
  ["text in S3", () => inS3(Buffer.from("text")), 400, "neither PNG nor JPEG nor WebP"],
  ["a bomb in S3", () => inS3(bomb()), 413, "30000x30000 pixels"],
  ["20 MB and a byte in S3", () => inS3(Buffer.alloc(20_000_001)), 413, "20000001 bytes"],
])("%s is refused, and the endpoint is not asked", async (_what, ask, status, reason) => {
  const { asked } = stand.stand;
  const before = asked.length;
  expect(await ask()).toEqual({
    status,
    body: {
      error: status === 413 ? "PICTURE_TOO_LARGE" : "PICTURE_REFUSED",
      message: expect.stringContaining(reason),
    },
  });
  expect(asked).toHaveLength(before);
});

async function inS3(content: Buffer) {
  return classify({ s3_key: await stand.stand.put(`${uploads}object`, content) });
}

test("a model that fails is answered 502 without its own words, as docs/api.md shows", async () => {
  expect(await inline(encodePng(new Uint8Array(24), 8, 1))).toEqual({
    status: 502,
    body: documented("502 CLASSIFICATION_FAILED"),
  });
});

test.each([
  ["429 THROTTLED", { status: "FAILED", error: "Lambda.TooManyRequestsException" }],
  ["504 TIMED_OUT", { status: "TIMED_OUT" }],
] as const)("the answer %s is as docs/api.md shows", (code, execution) => {
  const { statusCode, body } = answerOf(execution);
  expect([String(statusCode), JSON.parse(body)]).toEqual([code.split(" ")[0], documented(code)]);
});

test("a photo that the request does not hold is uploaded, and comes back routed", async () => {
  const photo = await plain(1200, 900, 0.97)
    .composite([await noise()])
    .png()
    .toBuffer();
  expect(photo.length).toBeGreaterThan(184_320);
  expect(await post("photo", photo)).toMatchObject({ status: 200, body: { vehicle: "bicycle" } });
});

/** Noise on the lower half, which no encoder makes small. */
async function noise() {
  const gaussian = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const create = {
    width: 1200,
    height: 450,
    channels: 3,
    background: "#000",
    noise: gaussian,
  } as const;
  return { input: { create }, left: 0, top: 450 };
}

test.each([
  ["another host's name", { host: "evil.example" }],
  ["another origin", { origin: "https://evil.example" }],
  ["a page of another site", { "sec-fetch-site": "cross-site" }],
])("the loopback server answers nothing to %s", async (_what, headers) => {
  const sent = request(new URL("classify", stand.app.url), { method: "POST", headers });
  const [response] = (await once(sent.end("{}"), "response")) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(403);
});

test("the loopback server has nothing at //", async () => {
  const sent = request(stand.app.url, { path: "//" });
  const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(404);
});

test("the API answers only those whose policy is the one of docs/api.md", async () => {
  const {
    application,
    stand: { ministack },
  } = stand;
  const iam = new IAMClient({});
  const sts = new STSClient({});
  const trust = { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" };
  const RoleName = "visitor";
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
  const session = { RoleArn: Role?.Arn, RoleSessionName: "test" };
  const { Credentials } = await sts.send(new AssumeRoleCommand(session));
  const keys = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  const api = { url: application.apiUrl, endpoint: ministack.endpoint, region: "us-east-1", keys };
  expect(await postToApi(api, "{}")).toMatchObject({ status: 403 });
  const [, policy = ""] = /```json policy\n(.*?)```/s.exec(text) ?? [];
  const [, id = ""] = /\/\/(\w+)\./.exec(application.apiUrl) ?? [];
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: "classify",
      PolicyDocument: policy.replace("<api id>", id).replace("123456789012", "000000000000"),
    }),
  );
  expect(await postToApi(api, "{}")).toMatchObject({ status: 400 });
  iam.destroy();
  sts.destroy();
});
