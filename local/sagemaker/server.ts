import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadApiModel } from "./api-model.ts";
import type { Authority } from "./authority.ts";
import type { Limits } from "./limits.ts";
import { stopFleet } from "./endpoint/fleet.ts";
import { Metrics } from "./endpoint/metrics.ts";
import { MonitoringClock } from "./monitoring/monitoring-clock.ts";
import { Queue } from "./queue.ts";
import { Roles } from "./roles.ts";
import { makeRouter } from "./router.ts";
import { Scaler } from "./scaling/scaler.ts";
import { runBehind, type Service } from "./service.ts";

export interface SageMakerOptions {
  readonly region: string;
  /** botocore's `data` folder: AWS's own API models, which requests are checked against. */
  readonly apiModels: string;
  /** Where S3 is; by default the environment says (`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`). */
  readonly s3Endpoint?: string;
  /**
   * Where CloudWatch is, for the endpoints' metrics, the containers' logs and the alarms of updates; by
   * default nowhere.
   */
  readonly cloudWatchEndpoint?: string;
  /** Decides what each request may do, and gives jobs their roles; by default nothing is refused. */
  readonly authority?: Authority;
  /** Twelve digits. */
  readonly account?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Holds `train.ts` and `serve.ts`; by default the project's image-classification. */
  readonly algorithmDir?: string;
  /** Service quotas by name, in instances; by default none. */
  readonly limits?: Limits;
  /** Instance types that fail with CapacityError, as where AWS has none free; by default none. */
  readonly noCapacity?: readonly string[];
  /**
   * How often each spot training job on an instance type is interrupted, by default never: every time
   * after its first metrics, as where AWS takes the instance back.
   */
  readonly interruptions?: Readonly<Record<string, number>>;
  /** Where temporary files go; by default the system's folder for them. */
  readonly workDir?: string;
  /**
   * How long a minute of Application Auto Scaling is, its cooldowns along with it; by default 60,000.
   * A test need not wait for the three minutes after which AWS scales out, or the fifteen before it
   * scales in.
   */
  readonly minuteMs?: number;
  /** How long an hour of monitoring schedules is, by default 3,600,000: a test need not wait for one. */
  readonly hourMs?: number;
  /** What runs the scripts of Model Monitor's definitions; by default the Python of the project's .venv. */
  readonly python?: string;
  /** Jobs that run at once; by default one a core. */
  readonly jobs?: number;
}

/** A running local SageMaker. */
export interface SageMaker {
  /** For `AWS_ENDPOINT_URL_SAGEMAKER`, `..._SAGEMAKER_RUNTIME` and `..._APPLICATION_AUTO_SCALING`. */
  readonly endpoint: string;
  /** Ends every job and endpoint, frees the port and deletes the temporary files. */
  close(): Promise<void>;
}

/**
 * Starts the local SageMaker on 127.0.0.1: the control plane, the runtime and Application Auto
 * Scaling on one port, with real training, transforms and endpoints behind them.
 */
export async function startSageMaker(options: SageMakerOptions): Promise<SageMaker> {
  const { apiModels, port = 0 } = options;
  const [sagemaker, runtime, autoscaling] = await Promise.all([
    loadApiModel(apiModels, "sagemaker"),
    loadApiModel(apiModels, "sagemaker-runtime"),
    loadApiModel(apiModels, "application-autoscaling"),
  ]);
  const closing = new AbortController();
  const service = await makeService(options, closing.signal);
  service.scaler.start(service);
  runBehind(service, service.monitoringClock.start(service));
  const server = createServer(
    makeRouter(service, { sagemaker, runtime, autoscaling }, options.authority),
  );
  const close = async () => {
    closing.abort();
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    await endEverything(service);
    await rm(service.workDir, { recursive: true, force: true });
    service.roles.destroy();
  };
  try {
    return { endpoint: `http://127.0.0.1:${await listen(server, port)}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Answers the port that it got. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function makeService(options: SageMakerOptions, closing: AbortSignal): Promise<Service> {
  const { region, s3Endpoint, cloudWatchEndpoint } = options;
  const { workDir = tmpdir(), jobs = availableParallelism() } = options;
  await mkdir(workDir, { recursive: true });
  return {
    region,
    account: options.account ?? "000000000000",
    roles: new Roles({ region, s3Endpoint, cloudWatchEndpoint }, options.authority),
    metrics: new Metrics(region, cloudWatchEndpoint),
    queue: new Queue(jobs),
    limits: options.limits ?? {},
    noCapacity: new Set(options.noCapacity),
    interruptions: options.interruptions ?? {},
    workDir: await mkdtemp(path.join(workDir, "sagemaker-")),
    algorithmDir: options.algorithmDir ?? fileURLToPath(new URL("../algorithm", import.meta.url)),
    python: options.python ?? fileURLToPath(new URL("../../.venv/bin/python", import.meta.url)),
    closing,
    running: new Set(),
    trainingJobs: new Map(),
    tuningJobs: new Map(),
    transformJobs: new Map(),
    models: new Map(),
    endpointConfigs: new Map(),
    endpoints: new Map(),
    modelPackageGroups: new Map(),
    modelPackages: new Map(),
    scalableTargets: new Map(),
    scalingPolicies: new Map(),
    scalingActivities: [],
    scaler: new Scaler(options.minuteMs ?? 60_000),
    jobDefinitions: new Map(),
    monitoringSchedules: new Map(),
    monitoringExecutions: [],
    monitoringClock: new MonitoringClock(options.hourMs ?? 3_600_000),
    tags: new Map(),
  };
}

async function endEverything(service: Service): Promise<void> {
  await Promise.all(service.running);
  const fleets = [...service.endpoints.values()].flatMap(({ fleet }) => fleet ?? []);
  await Promise.all(fleets.map(stopFleet));
  await service.metrics.close();
}
