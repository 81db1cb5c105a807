import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

process.env["THRESHOLD"] = "0.93";
process.env["STACK_NAME"] = "scones-test-application";
process.env["ROUTES"] = JSON.stringify([
  { vehicle: "bicycle", bay: "A", orders: "near" },
  { vehicle: "motorcycle", bay: "B", orders: "far" },
  { vehicle: "tractor", bay: "C", orders: "very far" },
  { vehicle: "anything else" },
]);
const { handler } = await import("../../lambdas/filter-inferences.ts");

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  jest.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => void jest.restoreAllMocks());

const filter = async (inferences: unknown) =>
  handler({ image_data: "", s3_bucket: "b", s3_key: "k", inferences }, { awsRequestId: "r-1" });

test("the likeliest of any number of classes is named, with its route", async () => {
  expect(await filter([0.01, 0.04, 0.95])).toEqual({
    image_data: "",
    s3_bucket: "b",
    s3_key: "k",
    inferences: [0.01, 0.04, 0.95],
    vehicle: "tractor",
    confidence: 0.95,
    threshold: 0.93,
    known: true,
    confident: true,
    route: { vehicle: "tractor", bay: "C", orders: "very far" },
  });
});

test("what is likeliest something else is no known vehicle, however sure the model is", async () => {
  const stranger = { vehicle: "anything else", known: false, route: { vehicle: "anything else" } };
  expect(await filter([0, 0.02, 0, 0.98])).toMatchObject({ ...stranger, confident: true });
  expect(await filter([0.3, 0.3, 0, 0.4])).toMatchObject({ ...stranger, confident: false });
  expect(await filter([0.95, 0.02, 0, 0.03])).toMatchObject({ vehicle: "bicycle", known: true });
});

test("exactly the threshold is enough, the next number below it is not", async () => {
  expect(await filter([0.93, 0.07, 0])).toMatchObject({ confident: true });
  expect(await filter([0.9299999999999999, 0.07, 0])).toMatchObject({ confident: false });
});

test.each([[[]], [[0.5, 0.5]]])(
  "inferences %j of another number of classes are refused",
  async (inferences) => {
    await expect(filter(inferences)).rejects.toThrow(/inferences for 4 classes: deploy the stack/);
  },
);

/** As the embedded metric format's specification wants them: one metric a line, by the stack. */
const metricMembers = {
  _aws: {
    Timestamp: expect.any(Number),
    CloudWatchMetrics: [
      {
        Namespace: "Scones",
        Dimensions: [["Stack"]],
        Metrics: [{ Name: "Confidence", Unit: "None" }],
      },
    ],
  },
  Stack: "scones-test-application",
  Confidence: 1,
};

test("each invocation writes one line of JSON, failed ones too", async () => {
  await filter([0, 1, 0]);
  await filter("none").catch(() => undefined);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      function: "filter-inferences",
      awsRequestId: "r-1",
      s3_bucket: "b",
      s3_key: "k",
      ms: expect.any(Number),
      level: "INFO",
      vehicle: "motorcycle",
      confidence: 1,
      known: true,
      confident: true,
      ...metricMembers,
    },
    expect.objectContaining({ level: "ERROR", error: "Refused", s3_key: "k" }),
  ]);
});
