import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from "@aws-sdk/client-application-auto-scaling";
import {
  CloudWatchClient,
  paginateDescribeAlarms,
  paginateListDashboards,
} from "@aws-sdk/client-cloudwatch";
import {
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
} from "@aws-sdk/client-cloudwatch-logs";
import { paginateListStacks, StackStatus } from "@aws-sdk/client-cloudformation";
import { LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import {
  paginateListDataQualityJobDefinitions,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModelPackageGroups,
  paginateListModelQualityJobDefinitions,
  paginateListModels,
  paginateListMonitoringSchedules,
  paginateListTrainingJobs,
  paginateListTransformJobs,
} from "@aws-sdk/client-sagemaker";
import { paginateListStateMachines, SFNClient } from "@aws-sdk/client-sfn";
import { ROOT_CREDENTIALS } from "../../../local/ministack.ts";
import type { Context } from "../../../pipeline/context.ts";
import { isAbsent } from "../../../pipeline/errors.ts";
import { objectVersions, unfinishedUploads } from "../../../pipeline/teardown/object-versions.ts";

/**
 * Everything that is there, whatever its tags, as `kind name`; jobs only while they run. It asks as the
 * account's root, by other ways than teardown's inventory, which goes by tags.
 */
export async function everything(context: Context, bucket: string): Promise<string[]> {
  const { sagemaker: client, cloudformation, logs } = context.clients;
  const settings = { region: "us-east-1", credentials: ROOT_CREDENTIALS };
  using stack = new DisposableStack();
  const own = <Client extends { destroy(): void }>(one: Client) =>
    stack.adopt(one, () => one.destroy());
  const lambda = own(new LambdaClient(settings));
  const sfn = own(new SFNClient(settings));
  const cloudwatch = own(timeless(new CloudWatchClient(settings)));
  const autoscaling = own(new ApplicationAutoScalingClient(settings));
  const all: string[] = [];
  const add = async <Page>(
    kind: string,
    pages: AsyncIterable<Page>,
    namesOf: (page: Page) => (string | undefined)[] | undefined,
  ) => {
    for await (const page of pages)
      all.push(...(namesOf(page) ?? []).map((name) => `${kind} ${name}`));
  };
  const endpoints = paginateListEndpoints({ client }, {});
  await add("endpoint", endpoints, (page) => page.Endpoints?.map((one) => one.EndpointName));
  const schedules = paginateListMonitoringSchedules({ client }, {});
  await add("monitoring schedule", schedules, (page) =>
    page.MonitoringScheduleSummaries?.map((one) => one.MonitoringScheduleName),
  );
  for (const definitions of [
    paginateListDataQualityJobDefinitions({ client }, {}),
    paginateListModelQualityJobDefinitions({ client }, {}),
  ]) {
    await add("job definition", definitions, (page) =>
      page.JobDefinitionSummaries?.map((one) => one.MonitoringJobDefinitionName),
    );
  }
  const configs = paginateListEndpointConfigs({ client }, {});
  await add("endpoint configuration", configs, (page) =>
    page.EndpointConfigs?.map((one) => one.EndpointConfigName),
  );
  const models = paginateListModels({ client }, {});
  await add("model", models, (page) => page.Models?.map((one) => one.ModelName));
  const groups = paginateListModelPackageGroups({ client }, {});
  await add("model package group", groups, (page) =>
    page.ModelPackageGroupSummaryList?.map((one) => one.ModelPackageGroupName),
  );
  const running = { StatusEquals: "InProgress" } as const;
  await add("training job", paginateListTrainingJobs({ client }, running), (page) =>
    page.TrainingJobSummaries?.map((one) => one.TrainingJobName),
  );
  await add("transform job", paginateListTransformJobs({ client }, running), (page) =>
    page.TransformJobSummaries?.map((one) => one.TransformJobName),
  );
  const targets = paginateDescribeScalableTargets(
    { client: autoscaling },
    { ServiceNamespace: "sagemaker" },
  );
  await add("scaling", targets, (page) => page.ScalableTargets?.map((one) => one.ResourceId));
  const StackStatusFilter = Object.values(StackStatus).filter((each) => each !== "DELETE_COMPLETE");
  const stacks = paginateListStacks({ client: cloudformation }, { StackStatusFilter });
  await add("stack", stacks, (page) => page.StackSummaries?.map((one) => one.StackName));
  const functions = paginateListFunctions({ client: lambda }, {});
  await add("function", functions, (page) => page.Functions?.map((one) => one.FunctionName));
  const machines = paginateListStateMachines({ client: sfn }, {});
  await add("state machine", machines, (page) => page.stateMachines?.map((one) => one.name));
  const alarms = paginateDescribeAlarms({ client: cloudwatch }, {});
  await add("alarm", alarms, (page) => page.MetricAlarms?.map((one) => one.AlarmName));
  const dashboards = paginateListDashboards({ client: cloudwatch }, {});
  await add("dashboard", dashboards, (page) =>
    page.DashboardEntries?.map((one) => one.DashboardName),
  );
  // Groups go meanwhile, with other environments; ministack counts its pages' places, and one that goes shifts others.
  for (let look = 0; look < 2; look++) {
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {})) {
      for (const { logGroupName = "" } of logGroups) {
        all.push(`log group ${logGroupName}`);
        const streams = paginateDescribeLogStreams({ client: logs }, { logGroupName });
        await add(`log stream ${logGroupName}`, streams, (page) =>
          page.logStreams?.map((one) => one.logStreamName),
        ).catch((error: unknown) => {
          if (!isAbsent(error)) throw error;
        });
      }
    }
  }
  const versions = objectVersions(context, bucket, "");
  await add("object", versions, (page) => page.map((one) => one.key));
  const uploads = unfinishedUploads(context, bucket, "");
  await add("upload", uploads, (page) => page.map((one) => one.key));
  return [...new Set(all)];
}

/** ministack's dashboards have times that the SDK can't read. */
function timeless(client: CloudWatchClient): CloudWatchClient {
  client.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      const response = answer.response as { body: Readable };
      const body = await text(response.body);
      response.body = Readable.from([body.replaceAll(/("LastModified": *)"[^"]*"/g, "$1 0")]);
      return answer;
    },
    { step: "deserialize", priority: "low", name: "timeless" },
  );
  return client;
}
