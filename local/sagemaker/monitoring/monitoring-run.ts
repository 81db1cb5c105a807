import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { S3Client } from "@aws-sdk/client-s3";
import { findConfig } from "../endpoint/endpoint-configs.ts";
import { findEndpoint } from "../endpoint/endpoints.ts";
import { lastWords, startContainer } from "../container.ts";
import { failureReason, JobFailure, noCapacity } from "../job-failure.ts";
import { jobOf, type MonitoringExecution } from "./monitoring-executions.ts";
import { downloadAll, objectsUnder, type StoredObject, writeObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import type { Service } from "../service.ts";

const analyzer = fileURLToPath(new URL("../../analyzer/analyze.ts", import.meta.url));
/** AWS's words where an hour has no captures. */
const NO_DATA = "Job inputs had no data";
/** Until a file of captures is written, at most. */
const WRITTEN_MS = 60_000;

/** Takes an execution to its end. Never rejects: a failure is its status. */
export async function runExecution(service: Service, execution: MonitoringExecution) {
  const folder = path.join(service.workDir, execution.processingJobName);
  const { MaxRuntimeInSeconds = 86_400 } = jobOf(execution.definition).StoppingCondition ?? {};
  const limit = AbortSignal.timeout(MaxRuntimeInSeconds * 1000);
  const signal = AbortSignal.any([service.closing, limit]);
  try {
    const violations = await service.queue.run(signal, () =>
      analyze(service, execution, { folder, signal }),
    );
    execution.exitMessage =
      violations === 0
        ? "Completed: Job completed successfully with no violations."
        : `CompletedWithViolations: Job completed successfully with ${violations} violations.`;
    execution.status = violations === 0 ? "Completed" : "CompletedWithViolations";
  } catch (error) {
    const over = limit.aborted && !service.closing.aborted;
    execution.status = service.closing.aborted ? "Stopped" : "Failed";
    const reason = over ? "ClientError: MaxRuntimeInSeconds was exceeded" : failureReason(error);
    if (execution.status === "Failed") execution.failureReason = reason.slice(0, 1024);
  }
  execution.ended = new Date();
  execution.modified = execution.ended;
  await rm(folder, { recursive: true, force: true });
}

interface Run {
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** @returns how many violations were found. @throws JobFailure with the reason */
async function analyze(
  service: Service,
  execution: MonitoringExecution,
  run: Run,
): Promise<number> {
  const { JobResources, RoleArn, application } = jobOf(execution.definition);
  execution.status = "InProgress";
  execution.started = new Date();
  if (!/\/sagemaker-model-monitor-analyzer(:|$)/.test(application.ImageUri)) {
    throw new JobFailure(
      `ClientError: the local SageMaker runs Model Monitor's own analyzer only, not ${application.ImageUri}`,
    );
  }
  if (service.noCapacity.has(JobResources.ClusterConfig.InstanceType)) {
    throw new JobFailure(noCapacity);
  }
  const s3 = service.roles.s3(RoleArn, execution.processingJobArn);
  await stage(service, s3, execution, run).catch((error: unknown) => {
    run.signal.throwIfAborted();
    if (error instanceof JobFailure) throw error;
    throw new JobFailure(`ClientError: Data download failed: ${String(error)}`);
  });
  const violations = await runAnalyzer(service, execution, run);
  const target = parseS3Uri(execution.outputUri);
  const output = path.join(run.folder, "output");
  for (const file of await readdir(output)) {
    const key = `${target.key}/${file}`;
    const body = await readFile(path.join(output, file));
    await writeObject(s3, { ...target, key }, body).catch((error: unknown) => {
      throw new JobFailure(`ClientError: Output upload failed: ${String(error)}`);
    });
  }
  return violations;
}

async function stage(
  service: Service,
  s3: S3Client,
  { definition, window }: MonitoringExecution,
  { folder, signal }: Run,
): Promise<void> {
  const endpoint = findEndpoint(service, definition.endpointName);
  const { DataCaptureConfig } = findConfig(service, endpoint.configName).request;
  const root = DataCaptureConfig?.DestinationS3Uri.replace(/\/+$/, "");
  const variants = endpoint.fleet?.variants ?? [];
  await Promise.all(variants.flatMap(({ capture }) => capture?.flush() ?? []));
  const found =
    root === undefined ? [] : await objectsUnder(s3, `${root}/${endpoint.name}/`, signal);
  const captures = found.filter((object) => isWrittenIn(object, window));
  if (captures.length === 0) throw new JobFailure(NO_DATA);
  const bring = (objects: readonly StoredObject[], name: string) =>
    downloadAll(s3, objects, { prefix: "", folder: path.join(folder, name), signal });
  const one = async (uri: string | undefined, name: string) => {
    if (uri === undefined) return;
    const { bucket, key } = parseS3Uri(uri);
    const target = { prefix: path.posix.dirname(key), folder: path.join(folder, name), signal };
    await downloadAll(s3, [{ bucket, key, size: 0 }], target);
  };
  await mkdir(path.join(folder, "output"), { recursive: true });
  await bring(captures, "captures");
  await one(jobOf(definition).application.RecordPreprocessorSourceUri, "code");
  if (definition.type === "DataQuality") {
    const { StatisticsResource, ConstraintsResource } =
      definition.request.DataQualityBaselineConfig ?? {};
    await one(StatisticsResource?.S3Uri, "baseline");
    await one(ConstraintsResource?.S3Uri, "baseline");
  } else {
    const { ModelQualityBaselineConfig, ModelQualityJobInput } = definition.request;
    await one(ModelQualityBaselineConfig?.ConstraintsResource?.S3Uri, "baseline");
    const { S3Uri = "" } = ModelQualityJobInput.GroundTruthS3Input;
    const labels = await objectsUnder(s3, `${S3Uri.replace(/\/+$/, "")}/`, signal);
    await bring(
      labels.filter((object) => isLabelledSince(object, window.start)),
      "ground-truth",
    );
  }
}

/** By its name, `.../yyyy/mm/dd/hh/mm-ss-ms-uuid.jsonl`, of when it was written: after its last capture. */
function isWrittenIn(
  { key }: StoredObject,
  { start, end }: MonitoringExecution["window"],
): boolean {
  const found = /\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/(\d\d)-(\d\d)-(\d{3})-[^/]+\.jsonl$/.exec(key);
  const [year = 0, month = 1, ...clock] = found?.slice(1).map(Number) ?? [];
  const time = Date.UTC(year, month - 1, ...(clock as [number, number, number, number, number]));
  return found !== null && time >= start.getTime() && time < end.getTime() + WRITTEN_MS;
}

/** By its folder, the hour in which it was labelled: after it was captured. */
function isLabelledSince({ key }: StoredObject, start: Date): boolean {
  const hour = /(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/[^/]+\.jsonl$/.exec(key)?.slice(1).join("/");
  return hour !== undefined && hour >= start.toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
}

async function runAnalyzer(
  service: Service,
  { definition, window }: MonitoringExecution,
  { folder, signal }: Run,
): Promise<number> {
  const { application } = jobOf(definition);
  const inference =
    definition.type === "ModelQuality" &&
    definition.request.ModelQualityJobInput.EndpointInput?.InferenceAttribute;
  let violations = 0;
  const container = startContainer(
    analyzer,
    [folder],
    {
      ...application.Environment,
      start_time: window.start.toISOString(),
      end_time: window.end.toISOString(),
      PYTHON: service.python,
      ...(typeof inference === "string" && { inference_attribute: inference }),
    },
    (line) => {
      violations = Number(/^violations: (\d+)$/.exec(line)?.[1] ?? violations);
    },
  );
  const stop = () => void container.stop();
  signal.addEventListener("abort", stop, { once: true });
  const exitCode = await container.ended;
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (exitCode === 0) return violations;
  const words = lastWords(container.log);
  throw new JobFailure(
    words === NO_DATA ? words : `AlgorithmError: ${words}, exit code: ${exitCode}`,
  );
}
