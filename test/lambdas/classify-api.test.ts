import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import { answerOf, answerTo } from "../../lambdas/api-answer.ts";
import { pictureOf, url } from "../pipeline/stand.ts";

let answer: { status: number; body: object } = { status: 200, body: {} };
const inputs: unknown[] = [];
/** Stands for Step Functions. */
const stepFunctions = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    const { input } = JSON.parse(body) as { input: string };
    inputs.push(JSON.parse(input));
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(answer.body));
  });
});
let handler: typeof import("../../lambdas/classify-api.ts").handler;
const lines: string[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => stepFunctions.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    STATE_MACHINE_ARN: "arn:aws:states:us-east-1:123456789012:stateMachine:s",
    PICTURE_BUCKET: "b",
    PICTURE_PREFIXES: "datasets/,uploads/",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: url(stepFunctions),
  });
  ({ handler } = await import("../../lambdas/classify-api.ts"));
});
beforeEach(() => {
  lines.length = 0;
  jest.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => {
  stepFunctions.closeAllConnections();
  stepFunctions.close();
});

const ask = (body: string, isBase64Encoded = false) =>
  handler({ body, isBase64Encoded, requestContext: { requestId: "r=" } }, { awsRequestId: "a" });

test("a request becomes the state machine's input, with its id for the data capture, and is quiet", async () => {
  const route = { vehicle: "bicycle", confidence: 0.97, bay: "A", orders: "near", s3_key: "" };
  answer = { status: 200, body: { status: "SUCCEEDED", output: JSON.stringify(route) } };
  const image_data = pictureOf(1).toString("base64");
  const { statusCode, headers, body, ...rest } = await ask(JSON.stringify({ image_data }));
  expect([statusCode, JSON.parse(body), rest]).toEqual([
    200,
    { vehicle: "bicycle", confidence: 0.97, bay: "A", orders: "near" },
    {},
  ]);
  expect(headers["content-type"]).toBe("application/json");
  await ask(Buffer.from('{"s3_key": "uploads/ü.jpg"}').toString("base64"), true);
  const empty = { inferences: [], inference_id: "r=", quiet: true };
  expect(inputs).toEqual([
    { image_data, s3_bucket: "", s3_key: "", ...empty },
    { image_data: "", s3_bucket: "b", s3_key: "uploads/ü.jpg", ...empty },
  ]);
});

test.each([
  ["ThrottlingException", 429, "THROTTLED"],
  ["ExecutionLimitExceeded", 429, "THROTTLED"],
  ["StateMachineDoesNotExist", 502, "CLASSIFICATION_FAILED"],
])("Step Functions' %s is answered %d", async (type, status, error) => {
  answer = { status: 400, body: { __type: type, message: "its own words" } };
  const { statusCode, headers, body } = await ask('{"s3_key": "uploads/a"}');
  expect([statusCode, JSON.parse(body)]).toMatchObject([status, { error }]);
  expect(body).not.toContain("its own words");
  expect(headers["retry-after"]).toBe(status === 429 ? "1" : undefined);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    function: "classify-api",
    statusCode: status,
    requestId: "r=",
    error: expect.stringContaining("its own words"),
  });
});

const cause = (errorMessage: string) => JSON.stringify({ errorType: "E", errorMessage });

test.each([
  [{ error: "Refused", cause: cause("PICTURE_REFUSED: no") }, 400, "PICTURE_REFUSED"],
  [{ error: "Refused", cause: cause("PICTURE_TOO_LARGE: no") }, 413, "PICTURE_TOO_LARGE"],
  [{ error: "Refused", cause: cause("EVENT_REFUSED: no") }, 502, "CLASSIFICATION_FAILED"],
  [
    { error: "ModelError", cause: cause("it said PICTURE_REFUSED: x") },
    502,
    "CLASSIFICATION_FAILED",
  ],
  [{ error: "States.Runtime", cause: "no JSON" }, 502, "CLASSIFICATION_FAILED"],
  [{ error: "Lambda.TooManyRequestsException" }, 429, "THROTTLED"],
  [{ error: "States.Timeout" }, 504, "TIMED_OUT"],
  [{ error: "Sandbox.Timedout" }, 504, "TIMED_OUT"],
  [{ error: "THRESHOLD_CONFIDENCE_NOT_MET", cause: "x" }, 422, "THRESHOLD_CONFIDENCE_NOT_MET"],
  [{ error: "NOT_A_KNOWN_VEHICLE", cause: "x" }, 422, "NOT_A_KNOWN_VEHICLE"],
])("an execution that failed with %j is answered %d", (failure, status, error) => {
  const { statusCode, body } = answerOf({ status: "FAILED", ...failure });
  expect([statusCode, (JSON.parse(body) as { error: string }).error]).toEqual([status, error]);
});

test("an execution that outlasts the request is answered 504", async () => {
  const aborted = await fetch(url(stepFunctions), { signal: AbortSignal.abort() }).catch(
    (error: unknown) => error,
  );
  for (const error of [aborted, new DOMException("", "TimeoutError")]) {
    expect(answerTo(error)).toMatchObject({ statusCode: 504 });
  }
});
