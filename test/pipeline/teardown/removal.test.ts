import { expect, test } from "@jest/globals";
import { remove } from "../../../pipeline/teardown/removal.ts";
import type { Deletion } from "../../../pipeline/teardown/teardown-plan.ts";
import { contextAnswering } from "../answering.ts";

const options = { timeoutMs: 5000, pollIntervalMs: 1, spared: () => false };

type Script = Readonly<Record<string, readonly unknown[]>>;

/** Removes one thing of an AWS that answers each operation in turn, the last one again and again; an error refuses. */
async function removal(
  kind: Deletion["kind"],
  script: Script,
  pace: Partial<typeof options> = {},
): Promise<string[]> {
  const asked: string[] = [];
  using context = contextAnswering((operation) => {
    const answers = script[operation] ?? [];
    const answer = answers[asked.filter((each) => each === operation).length] ?? answers.at(-1);
    asked.push(operation);
    if (answer === undefined) throw new Error(`${operation} was not expected`);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  await remove(context, { kind, name: "a" }, { ...options, ...pace });
  return asked;
}

/** What changed something. */
const changes = (asked: readonly string[]) =>
  asked.filter((each) => !/^(Describe|List)/.test(each));

const absent = new Error('Could not find endpoint "a".');
const status = (EndpointStatus: string) => ({ EndpointStatus });
const denied = new Error("AccessDenied: not authorized to perform it");

test.each(["Creating", "Updating", "SystemUpdating", "RollingBack", "Unheard Of"])(
  "an endpoint that is %s is deleted once it has settled",
  async (busy) => {
    const settled = status("InService");
    const DescribeEndpoint = [status(busy), status(busy), settled, settled, absent];
    const asked = await removal("endpoint", { DescribeEndpoint, DeleteEndpoint: [{}] });
    expect(asked.indexOf("DeleteEndpoint")).toBe(DescribeEndpoint.indexOf(absent));
  },
);

test("an endpoint that somebody deletes already is waited for: deleting what is gone would be denied", async () => {
  const script = { DescribeEndpoint: [status("Deleting"), absent], DeleteEndpoint: [denied] };
  expect(changes(await removal("endpoint", script))).toEqual([]);
});

test.each(["Training", "Transform"])(
  "a %s job that ends before it can be stopped is done, whatever AWS says of it",
  async (kind) => {
    const ended = { [`${kind}JobStatus`]: "Completed" };
    const script = { [`Stop${kind}Job`]: [denied], [`Describe${kind}Job`]: [ended] };
    const job = kind === "Training" ? "training job" : "transform job";
    expect(changes(await removal(job, script))).toEqual([`Stop${kind}Job`]);
  },
);

test("an execution of a monitoring schedule is waited for by its own deadline, not by an endpoint's", async () => {
  const gone = Object.assign(new Error("Could not find it."), { name: "ResourceNotFound" });
  const stopped = { MonitoringScheduleStatus: "Stopped" };
  const running = { MonitoringExecutionSummaries: [{}] };
  const script = {
    DescribeMonitoringSchedule: [stopped, gone],
    ListMonitoringExecutions: [running, running, {}],
    DeleteMonitoringSchedule: [{}],
  };
  const asked = await removal("monitoring schedule", script, { timeoutMs: 0 });
  expect(changes(asked)).toEqual(["DeleteMonitoringSchedule"]);
});

test("a log stream or an alarm that is gone meanwhile is removed, and the others after it too", async () => {
  const gone = Object.assign(new Error("gone"), { name: "ResourceNotFoundException" });
  const logStreams = [{ logStreamName: "a/first" }, { logStreamName: "a/second" }];
  const log = { DescribeLogStreams: [{ logStreams }], DeleteLogStream: [gone, {}] };
  expect(changes(await removal("job log", log))).toEqual(["DeleteLogStream", "DeleteLogStream"]);
  expect(await removal("alarm", { DeleteAlarms: [gone] })).toEqual(["DeleteAlarms"]);
});

test("a job that runs and can't be stopped fails with AWS's reason", async () => {
  const running = { TrainingJobStatus: "InProgress" };
  const script = { StopTrainingJob: [denied], DescribeTrainingJob: [running] };
  await expect(removal("training job", script)).rejects.toThrow(denied);
});

const page = (arn: string, NextToken?: string) => ({
  ModelPackageSummaryList: [{ ModelPackageArn: arn }],
  NextToken,
});

test("every page of a registry is read before its first version goes, and one that is gone is no failure", async () => {
  const gone = new Error("ModelPackage arn:1 does not exist.");
  const script = {
    ListModelPackages: [page("arn:1", "next"), page("arn:2")],
    DeleteModelPackage: [gone, {}],
    DeleteModelPackageGroup: [{}],
  };
  expect(await removal("model package group", script)).toEqual([
    "ListModelPackages",
    "ListModelPackages",
    "DeleteModelPackage",
    "DeleteModelPackage",
    "DeleteModelPackageGroup",
  ]);
});
