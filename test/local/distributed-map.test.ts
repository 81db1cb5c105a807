import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readText } from "../../pipeline/s3.ts";
import { bucket, type MapStand, openMapStand, processor } from "./distributed-map-stand.ts";

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

let stand: MapStand;

beforeAll(async () => {
  stand = await openMapStand();
  for (const name of ["in/a", "in/b", "out-of-reach/c"]) {
    await stand.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: name }));
  }
  await stand.role("maps", [
    { Effect: "Allow", Action: "states:StartExecution", Resource: "*" },
    { Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/results/*` },
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: { StringLike: { "s3:prefix": "in/*" } },
    },
  ]);
});

afterAll(async () => stand[Symbol.asyncDispose]());

const run: MapStand["run"] = (...parameters) => stand.run(...parameters);
const written = async (key: string) => (await readText(stand.clients.s3, bucket, key)) ?? "";
const writer = (WriterConfig?: object) => ({
  Resource: "arn:aws:states:::s3:putObject",
  Parameters: { Bucket: bucket, Prefix: "results" },
  ...(WriterConfig !== undefined && { WriterConfig }),
});

test("items come in batches, what they share beside them", async () => {
  const { output } = await run(
    {
      ItemsPath: "$.items",
      ItemSelector: { "n.$": "$$.Map.Item.Value" },
      ItemBatcher: { MaxItemsPerBatchPath: "$.most", BatchInput: { "shared.$": "$.shared" } },
    },
    { items: [1, 2, 3], most: 2, shared: "x" },
  );
  expect(output).toEqual([
    { BatchInput: { shared: "x" }, Items: [{ n: 1 }, { n: 2 }] },
    { BatchInput: { shared: "x" }, Items: [{ n: 3 }] },
  ]);
});

test("a batch ends before its input is too large", async () => {
  const { output } = await run({ ItemBatcher: { MaxInputBytesPerBatch: 60 } }, [
    "a".repeat(20),
    "b".repeat(20),
    "c".repeat(20),
  ]);
  expect(output).toEqual([
    { Items: ["a".repeat(20), "b".repeat(20)] },
    { Items: ["c".repeat(20)] },
  ]);
});

test("a listing's items are its objects", async () => {
  const { output } = await run({ ItemReader: reader("in/") }, {});
  expect(output).toMatchObject([
    { Key: "in/a", Size: 4 },
    { Key: "in/b", Size: 4 },
  ]);
});

// The shapes of the developer guide's page "ResultWriter (Map)".
test("without a format, ResultWriter's files hold a record an execution, by how it ended", async () => {
  const { output, mapRun } = await run(
    { ResultWriter: writer(), ToleratedFailurePercentage: 50, Label: "Words" },
    ["good", "bad"],
  );
  const folder = `results/${mapRun?.mapRunArn?.split(":").at(-1)}`;
  expect(folder).toMatch(uuid);
  expect(output).toEqual({
    MapRunArn: mapRun?.mapRunArn,
    ResultWriterDetails: { Bucket: bucket, Key: `${folder}/manifest.json` },
  });
  const text = {
    SUCCEEDED: await written(`${folder}/SUCCEEDED_0.json`),
    FAILED: await written(`${folder}/FAILED_0.json`),
  };
  expect(JSON.parse(await written(`${folder}/manifest.json`))).toEqual({
    DestinationBucket: bucket,
    MapRunArn: mapRun?.mapRunArn,
    ResultFiles: {
      FAILED: [{ Key: `${folder}/FAILED_0.json`, Size: text.FAILED.length }],
      PENDING: [],
      SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: text.SUCCEEDED.length }],
    },
  });
  const common = {
    ExecutionArn: expect.stringMatching(/:execution:map-\d+\/Words:/),
    InputDetails: { Included: true },
    Name: expect.stringMatching(uuid),
    StartDate: expect.any(String),
    StateMachineArn: expect.stringMatching(/:stateMachine:map-\d+\/Words$/),
    StopDate: expect.any(String),
  };
  expect(JSON.parse(text.SUCCEEDED)).toEqual([
    {
      ...common,
      Input: '"good"',
      Output: '"good"',
      OutputDetails: { Included: true },
      Status: "SUCCEEDED",
    },
  ]);
  expect(JSON.parse(text.FAILED)).toEqual([
    { ...common, Input: '"bad"', Status: "FAILED", Error: "Bad", Cause: "it is bad" },
  ]);
});

test.each([
  ["COMPACT", "JSON", '[{"Items": ["a", "b"]}, {"Items": ["c"]}]'],
  ["COMPACT", "JSONL", '{"Items": ["a", "b"]}\n{"Items": ["c"]}'],
  ["FLATTEN", "JSONL", '"a"\n"b"\n"c"'],
])("with %s and %s, the file of what succeeded holds %j", async (...how) => {
  const [Transformation, OutputType, text] = how;
  const ResultWriter = writer({ Transformation, OutputType });
  const { Good } = processor.States;
  const passOn = Transformation === "FLATTEN" ? { ...Good, OutputPath: "$.Items" } : Good;
  const ItemProcessor = { ...processor, States: { ...processor.States, Good: passOn } };
  const { output } = await run(
    { ResultWriter, ItemProcessor, ItemBatcher: { MaxItemsPerBatch: 2 } },
    ["a", "b", "c"],
  );
  const { Key } = (output as { ResultWriterDetails: { Key: string } }).ResultWriterDetails;
  const manifest = JSON.parse(await written(Key)) as {
    ResultFiles: { SUCCEEDED: { Key: string }[] };
  };
  expect(await written(manifest.ResultFiles.SUCCEEDED[0]?.Key ?? "")).toBe(text);
});

test.each([
  [40, "FAILED", "States.ExceedToleratedFailureThreshold"],
  [67, "SUCCEEDED", undefined],
])(
  "a failed batch counts its items: two of three against %d%% end it %s",
  async (percentage, status, error) => {
    const ended = await run(
      {
        ItemsPath: "$.items",
        ItemBatcher: { MaxItemsPerBatch: 2 },
        ToleratedFailurePercentagePath: "$.percentage",
      },
      { items: ["bad", "good", "good"], percentage },
    );
    expect(ended).toMatchObject({ status, ...(error !== undefined && { error }) });
    expect(ended.mapRun).toMatchObject({
      status,
      toleratedFailurePercentage: percentage,
      itemCounts: { total: 3, failed: 2, succeeded: 1 },
    });
  },
);

test("with no tolerance, one failed item is too many; with a count, as many as it says are not", async () => {
  expect(await run({}, ["good", "bad"])).toMatchObject({ status: "FAILED" });
  expect(await run({ ToleratedFailureCount: 1 }, ["good", "bad"])).toMatchObject({
    status: "SUCCEEDED",
  });
});

test("at most so many children run at a time", async () => {
  const Good = { Type: "Wait", Seconds: 0.2, End: true };
  const ItemProcessor = { ...processor, States: { ...processor.States, Good } };
  const started = performance.now();
  await run(
    { ItemProcessor, MaxConcurrencyPath: "$.most", ItemsPath: "$.items" },
    { most: 1, items: ["a", "b", "c"] },
  );
  expect(performance.now() - started).toBeGreaterThan(600);
});

test.each([
  ["States.ItemReaderFailed", "s3:ListBucket", { ItemReader: reader("out-of-reach/") }, "maps"],
  [
    "States.ResultWriterFailed",
    "s3:PutObject",
    { ResultWriter: { ...writer(), Parameters: { Bucket: bucket, Prefix: "elsewhere" } } },
    "maps",
  ],
  ["States.Permissions", "states:StartExecution", {}, "idle"],
])("%s: the machine's role may not %s", async (error, action, map, name) => {
  if (name === "idle")
    await stand.role(name, [{ Effect: "Allow", Action: "sns:Publish", Resource: "*" }]);
  const ended = await run(map, ["a"], name);
  expect(ended).toMatchObject({ status: "FAILED", error });
  expect(ended.cause).toContain(`is not authorized to perform: ${action} on`);
});

function reader(Prefix: string) {
  return { Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: { Bucket: bucket, Prefix } };
}
