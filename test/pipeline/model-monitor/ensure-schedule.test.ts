import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { analyzerImage } from "../../../pipeline/model-monitor/analyzer-image.ts";
import {
  type Definition,
  ensureSchedule,
} from "../../../pipeline/model-monitor/ensure-schedule.ts";
import { dataQuality } from "../../../pipeline/model-monitor/job-definition.ts";
import { monitoringListings } from "../../../pipeline/model-monitor/listings.ts";
import { tags } from "../../../pipeline/tags.ts";
import { contextAnswering } from "../answering.ts";

const config = parseConfig("environment: test\nmonitoring: { modelMonitor: {} }");
const specification = dataQuality(
  { ...config, instanceType: "ml.m5.xlarge" },
  {
    bucket: "b",
    roleArn: "arn:aws:iam::000000000000:role/r",
    preprocessorUri: "s3://b/preprocessor.py",
    baseline: { statisticsUri: "s3://b/s", constraintsUri: "s3://b/c", qualityConstraintsUri: "" },
  },
);
const definition: Definition = { type: "data-quality", specification, tags: tags(config) };

/** What AWS may say to an account that it does not let in. */
const closed = () => {
  const error = new Error("Model Monitor is no longer available to new customers.");
  throw Object.assign(error, { name: "AccessDeniedException" });
};

test("an account that AWS does not let in is told to turn Model Monitor off", async () => {
  using context = contextAnswering(closed);
  const expression = "cron(0 * ? * * *)";
  await expect(ensureSchedule(context, config, { definition, expression }, {})).rejects.toThrow(
    /^The job definition scones-test-data-quality-\w{10} was refused, and the endpoint serves without it: .* take monitoring\.modelMonitor out of pipeline\.yaml/,
  );
});

test("what is refused for another reason is named, and no closed service is blamed", async () => {
  using context = contextAnswering((operation) => {
    const name = operation.startsWith("Describe") ? "ResourceNotFound" : "ThrottlingException";
    throw Object.assign(new Error("Rate exceeded"), { name });
  });
  const expression = "cron(0 * ? * * *)";
  await expect(ensureSchedule(context, config, { definition, expression }, {})).rejects.toThrow(
    /^The job definition scones-test-data-quality-\w{10} was refused, .*: Rate exceeded\. Run deploy-endpoint again/,
  );
});

test("teardown finds nothing of Model Monitor in an account that has none", async () => {
  using context = contextAnswering(closed);
  for (const [, pages] of monitoringListings(context, "scones-test")) {
    expect(await Array.fromAsync(pages)).toEqual([]);
  }
});

test("a listing that fails for another reason fails", async () => {
  using context = contextAnswering(() => {
    throw new Error("Rate exceeded");
  });
  const [[, pages] = []] = monitoringListings(context, "scones-test");
  await expect(Array.fromAsync(pages ?? [])).rejects.toThrow("Rate exceeded");
});

test("an analyzer runs without network, and a region that has none is named", () => {
  expect(specification).toMatchObject({
    NetworkConfig: { EnableNetworkIsolation: true },
    DataQualityAppSpecification: {
      ImageUri: "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer",
    },
  });
  expect(() => analyzerImage("eu-south-1")).toThrow(
    /no image known for the region "eu-south-1"\. Take monitoring\.modelMonitor out/,
  );
});
