import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import sharp from "sharp";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { url } from "../pipeline/stand.ts";

const asked: (string | undefined)[] = [];
const ids: unknown[] = [];
let answer = "[0.25, 0.75]";
const runtime = createServer((request, response) => {
  asked.push(request.headers["content-type"]);
  ids.push(request.headers["x-amzn-sagemaker-inference-id"]);
  request.resume().on("end", () => response.end(answer));
});
let handler: typeof import("../../lambdas/classify-image.ts").handler;

beforeAll(async () => {
  await new Promise<void>((resolve) => runtime.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    ENDPOINT_NAME: "e",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url(runtime),
  });
  ({ handler } = await import("../../lambdas/classify-image.ts"));
});
beforeEach(() => void jest.spyOn(console, "log").mockReturnValue());
afterEach(() => void jest.restoreAllMocks());
afterAll(() => {
  runtime.closeAllConnections();
  runtime.close();
});

const classify = async (image_data: string) =>
  handler({ image_data, s3_bucket: "b", s3_key: "k" }, { awsRequestId: "r" });

test("PNG and JPEG are sent by their own types, and the picture is dropped afterwards", async () => {
  const png = encodePng(new Uint8Array(12), 2, 2);
  const jpeg = await sharp(png).jpeg().toBuffer();
  for (const picture of [png, jpeg]) {
    expect(await classify(picture.toString("base64"))).toEqual({
      image_data: "",
      s3_bucket: "b",
      s3_key: "k",
      inferences: [0.25, 0.75],
    });
  }
  expect(asked).toEqual(["image/png", "image/jpeg"]);
});

test("an inference id is sent beside the picture and handed on", async () => {
  const image_data = encodePng(new Uint8Array(12), 2, 2).toString("base64");
  const event = { image_data, s3_bucket: "b", s3_key: "k", inference_id: "verification-1" };
  expect(await handler(event, { awsRequestId: "r" })).toMatchObject({
    inference_id: "verification-1",
  });
  expect(ids).toContain("verification-1");
});

test.each([
  ["nothing", "", "image_data is not base64"],
  ["what is no base64", "%%%%", "image_data is not base64"],
  ["base64 of no picture", Buffer.from("text").toString("base64"), "neither PNG nor JPEG"],
])("%s is refused before the endpoint is asked", async (_what, image_data, reason) => {
  asked.length = 0;
  await expect(classify(image_data)).rejects.toThrow(reason);
  expect(asked).toEqual([]);
});

test("an answer that is no list of probabilities is refused", async () => {
  answer = '{"error": "no"}';
  const png = encodePng(new Uint8Array(12), 2, 2).toString("base64");
  await expect(classify(png)).rejects.toThrow("inferences are not a list of probabilities");
});
