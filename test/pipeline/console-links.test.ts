import { expect, test } from "@jest/globals";
import { consoleLinks } from "../../pipeline/console-links.ts";

const links = consoleLinks("us-east-1");
const console = "https://us-east-1.console.aws.amazon.com";

test("SageMaker's pages are found by name", () => {
  expect(links.trainingJob("job-1")).toBe(`${console}/sagemaker/home?region=us-east-1#/jobs/job-1`);
  expect(links.transformJob("job-1")).toBe(
    `${console}/sagemaker/home?region=us-east-1#/transform-jobs/job-1`,
  );
  expect(links.endpoint("scones-production")).toBe(
    `${console}/sagemaker/home?region=us-east-1#/endpoints/scones-production`,
  );
});

test("a model package is found by its group and version", () => {
  const arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/scones-production/3";
  expect(links.modelPackage(arn)).toBe(
    `${console}/sagemaker/home?region=us-east-1#/model-packages/scones-production%2F3`,
  );
});

test("CloudWatch's fragment is encoded twice, with dollars for percents", () => {
  expect(links.trainingLog("job-1")).toBe(
    `${console}/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/` +
      "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Djob-1$252F",
  );
  expect(links.transformLog("job-1")).toContain("$252FTransformJobs$3F");
  expect(links.endpointLog("scones-production")).toMatch(
    /\$252Faws\$252Fsagemaker\$252FEndpoints\$252Fscones-production$/,
  );
  expect(links.logGroup("/aws/lambda/a b[1]")).toMatch(
    /\$252Faws\$252Flambda\$252Fa\$2520b\$255B1\$255D$/,
  );
});

test("a dashboard is found by its name", () => {
  expect(links.dashboard("scones-production-application")).toBe(
    `${console}/cloudwatch/home?region=us-east-1#dashboards/dashboard/scones-production-application`,
  );
});

test("a stack is found by its id", () => {
  const id = "arn:aws:cloudformation:us-east-1:123456789012:stack/scones/0a1b";
  expect(links.stack(id)).toBe(
    `${console}/cloudformation/home?region=us-east-1#/stacks/stackinfo?stackId=${encodeURIComponent(id)}`,
  );
});

test("a state machine's executions are found by its ARN", () => {
  const arn = "arn:aws:states:us-east-1:123456789012:stateMachine:classify";
  expect(links.executions(arn)).toBe(
    `${console}/states/home?region=us-east-1#/statemachines/view/${arn}`,
  );
});

test("objects are found by their prefix, a whole bucket too", () => {
  expect(links.object("s3://bucket/scones/report.html")).toMatch(
    /\/s3\/object\/bucket\?region=[^&]+&prefix=scones%2Freport\.html$/,
  );
  expect(links.objects("s3://bucket/scones/a b/")).toBe(
    `${console}/s3/buckets/bucket?region=us-east-1&prefix=scones%2Fa%20b%2F`,
  );
  expect(links.objects("s3://bucket")).toBe(
    `${console}/s3/buckets/bucket?region=us-east-1&prefix=`,
  );
});

test.each([
  ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/"],
  ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"],
  ["eu-central-1", "https://eu-central-1.console.aws.amazon.com/"],
])("%s has its partition's console", (region, host) => {
  expect(consoleLinks(region).endpoint("a").startsWith(host)).toBe(true);
});
