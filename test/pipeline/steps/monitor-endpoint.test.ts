import {
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { capturePrefix } from "../../../pipeline/labels/every-capture.ts";
import { verificationId } from "../../../pipeline/monitoring/capture.ts";
import { pictureFeatures, uncompared } from "../../../pipeline/monitoring/features.ts";
import { statisticsSchema } from "../../../pipeline/monitoring/statistics.ts";
import type { Violations } from "../../../pipeline/monitoring/violations.ts";
import { monitorEndpoint } from "../../../pipeline/steps/monitor-endpoint.ts";
import { bucket, get, put } from "../../local/sagemaker/fixture.ts";
import { createCapture } from "../monitoring/captures.ts";
import { openStand, type Stand } from "./evaluation-stand.ts";
import { baseline, config, evaluation, ordinary } from "./monitoring-stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

/** Stores captures of an environment's endpoint. */
const store = (environment: string, lines: readonly string[], hour = "03", model = "job") =>
  put(
    stand.fixture,
    `${capturePrefix({ ...config, environment }, model)}2026/01/02/${hour}/04-05-000-id.jsonl`,
    lines.join("\n"),
  );

const monitor = (environment: string, period: { since?: Date; until?: Date } = {}) => {
  const input = { bucket, evaluation, baseline, ...period };
  return monitorEndpoint(stand.context, { ...config, environment }, input);
};

test("traffic like the test pictures has not drifted, and the report says so", async () => {
  await store("steady", ordinary(60));
  const { reportUri, ...found } = await monitor("steady");
  expect(found).toMatchObject({ verdict: "no drift", records: 60, skipped: 0, pictures: 60 });
  expect(new Set(found.features.map(({ name }) => name))).toEqual(
    new Set([
      "confidence",
      ...pictureFeatures.filter((name) => !uncompared.has(name)),
      "predicted_class",
      "low_confidence",
      "unlike",
    ]),
  );
  const report = await get(stand.fixture, reportUri.slice(`s3://${bucket}/`.length));
  expect(JSON.parse(report.toString())).toMatchObject({
    endpointName: "scones-steady",
    verdict: "no drift",
    baseline: { trainingJobName: "job", records: 100 },
  });
  expect(reportUri).toMatch(/\/scones\/steady\/monitoring\/scones-steady\/.*\.json$/);
  expect(found.htmlUri).toBe(reportUri.replace(/json$/, "html"));
  const page = await get(stand.fixture, found.htmlUri.slice(`s3://${bucket}/`.length));
  expect(page.toString()).toContain("<h1>Endpoint scones-steady</h1>");
});

test("what verify-deployment asked is no traffic", async () => {
  const asked = ordinary(60, 0.6).map((line) => {
    const { eventMetadata, ...rest } = JSON.parse(line) as { eventMetadata: object };
    return JSON.stringify({
      ...rest,
      eventMetadata: { ...eventMetadata, inferenceId: verificationId() },
    });
  });
  await store("verified", asked);
  expect(await monitor("verified")).toMatchObject({ verdict: "insufficient data", records: 0 });
});

test("a model that has become unsure has drifted, since when its first unsure answer came", async () => {
  const later = ordinary(60, 0.6).map((line, index) =>
    line.replace(`event-${index}`, `late-${index}`).replace("T03:04:05", "T07:08:09"),
  );
  await store("unsure", [...ordinary(60), ...later]);
  const found = await monitor("unsure");
  expect(found).toMatchObject({
    verdict: "drift",
    records: 120,
    driftedSince: "2026-01-02T07:08:09.000Z",
  });
  expect(found.shares.lowConfidence).toBe(1);
});

test("darker pictures are drift, and Model Monitor's files say so", async () => {
  await store("dark", [...ordinary(60, 0.9, 50), createCapture({ eventId: "no picture" })]);
  const { verdict, reportUri } = await monitor("dark");
  expect(verdict).toBe("drift");
  const file = async (name: string) => {
    const key = reportUri.slice(`s3://${bucket}/`.length).replace("report.json", name);
    return JSON.parse((await get(stand.fixture, key)).toString()) as unknown;
  };
  expect(statisticsSchema.parse(await file("statistics.json")).dataset.item_count).toBe(61);
  const { violations } = (await file("constraint_violations.json")) as Violations;
  expect(violations).toContainEqual({
    feature_name: "brightness",
    constraint_check_type: "completeness_check",
    description: "Completeness 0.9836 is below the baseline's 1.0000.",
  });
  expect(violations).toContainEqual({
    feature_name: "brightness",
    constraint_check_type: "baseline_drift_check",
    description: expect.stringMatching(
      /^Distance from the baseline by ks: 0\.9900, p \d\.\d\de-\d+ after Holm's correction, since 2026-01-02T03:04:05\.000Z\.$/,
    ),
  });
});

test("a window's numbers are metrics of the namespace Scones", async () => {
  await store("measured", ordinary(60, 0.6));
  await monitor("measured");
  const { cloudwatch } = stand.context.clients;
  const Dimensions = [{ Name: "EndpointName", Value: "scones-measured" }];
  const { Metrics = [] } = await cloudwatch.send(
    new ListMetricsCommand({ Namespace: "Scones", Dimensions }),
  );
  const names = ["Drift", "LargestPsi", "LowConfidenceShare", "Records", "UnlikeShare"];
  expect(new Set(Metrics.map(({ MetricName }) => MetricName))).toEqual(new Set(names));
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: "Scones",
      MetricName: "Drift",
      Dimensions,
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 60,
      Statistics: ["Maximum"],
    }),
  );
  expect(Datapoints).toMatchObject([{ Maximum: 1 }]);
});

test("the model's p99 stands beside the verdict, of the period's requests", async () => {
  await store("timed", ordinary(60));
  const Dimensions = [
    { Name: "EndpointName", Value: "scones-timed" },
    { Name: "VariantName", Value: "AllTraffic" },
  ];
  const slow = {
    MetricName: "ModelLatency",
    Dimensions,
    Values: [20_000, 1_500_000],
    Counts: [98, 2],
  };
  await stand.context.clients.cloudwatch.send(
    new PutMetricDataCommand({ Namespace: "AWS/SageMaker", MetricData: [slow] }),
  );
  const since = new Date("2026-01-02T03:00:00Z");
  const until = new Date(Date.now() + 60_000);
  const { verdict, latency } = await monitor("timed", { since, until });
  expect({ verdict, latency }).toEqual({
    verdict: "no drift",
    latency: { p99Ms: 1500, limitMs: 1000 },
  });
  expect((await monitor("timed", { until: new Date("2026-01-03") })).latency).toBeUndefined();
});

test("no captures are insufficient data", async () => {
  expect(await monitor("nobody")).toMatchObject({
    verdict: "insufficient data",
    records: 0,
    features: [],
  });
});

test("one record fewer than asked for is insufficient data", async () => {
  await store("few", ordinary(config.monitoring.minRecords - 1));
  expect(await monitor("few")).toMatchObject({ verdict: "insufficient data", records: 19 });
});

test("answers as before whose pictures are missing are insufficient data", async () => {
  const blind = ordinary(60).map((line) => line.replace('"encoding":"BASE64"', '"encoding":"CSV"'));
  await store("blind", blind);
  const found = await monitor("blind");
  expect(found).toMatchObject({ verdict: "insufficient data", records: 60, pictures: 0 });
  expect(found.lacking).toEqual(["brightness", "contrast", "sharpness", "distance", "unlike"]);
  await store(
    "blind",
    ordinary(60, 0.6).map((line) => line.replaceAll("event-", "late-")),
    "04",
  );
  expect(await monitor("blind")).toMatchObject({ verdict: "drift", lacking: undefined });
});

test("of any number of records five hundred pictures are enough", async () => {
  await store("many", ordinary(1010));
  const monitoring = { ...config.monitoring, minRecords: 1005 };
  const many = { ...config, environment: "many", monitoring };
  const found = await monitorEndpoint(stand.context, many, { bucket, evaluation, baseline });
  expect(found).toMatchObject({ verdict: "no drift", records: 1010, pictures: 1000 });
});

test("a few unreadable lines are skipped and counted", async () => {
  await store("torn", [...ordinary(60), '{"captureData":{"endpointInp']);
  expect(await monitor("torn")).toMatchObject({ verdict: "no drift", records: 60, skipped: 1 });
});

test("more than a tenth of unreadable lines fail the step", async () => {
  const csv = ordinary(8).map((line) => line.replace('"JSON"', '"CSV"'));
  await store("garbled", [...ordinary(60), ...csv]);
  await expect(monitor("garbled")).rejects.toThrow(/8 of 68 captured lines under s3:.*no verdict/);
});

test("a record that stands in two hours' files counts once", async () => {
  await store("border", ordinary(40));
  await store("border", ordinary(45).slice(35), "04");
  expect(await monitor("border")).toMatchObject({ records: 45 });
});

test("what was captured before or after the period is left out", async () => {
  const lines = ordinary(90).map((line, index) =>
    line.replace("03:04:05", ["03:00:00", "03:10:00", "03:20:00"][Math.floor(index / 30)] ?? ""),
  );
  await store("period", lines);
  const since = new Date("2026-01-02T03:10:00Z");
  const until = new Date("2026-01-02T03:20:00Z");
  expect(await monitor("period", { since })).toMatchObject({ records: 60 });
  expect(await monitor("period", { since, until })).toMatchObject({ records: 30 });
});

test("a capture of the second in which the period begins is counted", async () => {
  await store("second", ordinary(30));
  const since = new Date("2026-01-02T03:04:05.900Z");
  expect(await monitor("second", { since })).toMatchObject({ records: 30 });
});

test("files of hours long before the period are not opened", async () => {
  await store(
    "old",
    ordinary(30).map(() => "garbage"),
    "00",
  );
  await store("old", ordinary(30));
  const since = new Date("2026-01-02T03:00:00Z");
  expect(await monitor("old", { since })).toMatchObject({ records: 30, skipped: 0 });
});

test("captures of another endpoint or another model are not counted", async () => {
  await store("name", ordinary(30));
  await store("name-longer", ordinary(50));
  await store("name", ordinary(40), "03", "job-2");
  expect(await monitor("name")).toMatchObject({ records: 30 });
});
