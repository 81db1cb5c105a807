import type { Config } from "../config.ts";
import { modelMonitorCost, modelMonitorNote } from "./model-monitor-cost.ts";
import { DAYS_A_MONTH, dollars, priceOf, storageCost } from "./prices.ts";
import { type Service, servicePrice } from "./service-prices.ts";

/** What an estimate rests on, besides the configuration. */
export interface Usage {
  /** That AWS bills for one training job. */
  readonly trainingMinutes: number;
  /** That AWS bills for the transform job. */
  readonly evaluationMinutes: number;
  readonly testPictures: number;
  readonly picturesPerMonth: number;
}

/** One cost; `usd` is undefined where `prices.json` does not tell. */
export interface Cost {
  readonly what: string;
  readonly usd: number | undefined;
  /** The sum, as `5 min x 1 x ml.g4dn.xlarge`. */
  readonly sum: string;
}

/** Costs that add up. */
export interface Costs {
  readonly title: string;
  readonly lines: readonly Cost[];
  /** Of the lines whose price is known: at least that much where one is not. */
  readonly usd: number;
  readonly unknown: readonly string[];
  readonly notes: readonly string[];
}

/** AWS's month, in hours. */
const HOURS_A_MONTH = 730;
/** A staged picture's size in bytes, as docs/scale.md has it. */
const PICTURE_BYTES = 2417;
/** Of logs a picture; an estimate. */
const LOG_BYTES = 2000;
/** SageMaker's ResNet-18 packed: 11.2 million weights of four bytes. An estimate. */
const MODEL_BYTES = 45e6;
/** What AWS bills an EXPRESS execution for at least: 64 MB. */
const EXPRESS_GB = 64 / 1024;

/** What the application's template makes: a test holds it against that. Seconds are estimates, of a warm Lambda. */
export const application = {
  /** With the two that scale the endpoint, which Application Auto Scaling makes. */
  alarms: 11,
  dashboards: 1,
  /** The Confidence of each picture, and the six that the monitor publishes. */
  metrics: 7,
  lambdas: [
    { name: "SerializeImage", memoryMB: 1024, seconds: 0.1 },
    { name: "ClassifyImage", memoryMB: 512, seconds: 0.2 },
    { name: "FilterInferences", memoryMB: 128, seconds: 0.02 },
  ],
  api: { name: "ClassifyApi", memoryMB: 256, seconds: 0.5 },
} as const;

type Scope = Pick<Config, "region">;

/** One run: staging, training and evaluation. Spot training is reckoned on demand, and costs less. */
export function runCosts(
  config: Scope & Pick<Config, "training" | "evaluation">,
  usage: Usage,
): Costs {
  const { region, training, evaluation } = config;
  const jobs = training.tuning?.maxJobs ?? 1;
  const on = (instanceType: string) => {
    const price = priceOf({ region, instanceType, use: "training" });
    return price && (price * training.instanceCount * jobs * usage.trainingMinutes) / 60;
  };
  const [first = "", ...others] = training.instanceTypes;
  const puts = usage.testPictures + 5 + training.instanceCount;
  const transform = priceOf({ region, instanceType: evaluation.instanceType, use: "transform" });
  const many = jobs === 1 ? "" : `${jobs} jobs x `;
  return costs(
    "A run",
    [
      use(region, "staging", "S3 PUT", puts),
      {
        what: "training",
        usd: on(first),
        sum: `${many}${number(usage.trainingMinutes)} min x ${training.instanceCount} x ${first}`,
      },
      {
        what: "evaluation",
        usd: transform && (transform * usage.evaluationMinutes) / 60,
        sum: `${number(usage.evaluationMinutes)} min x 1 x ${evaluation.instanceType}`,
      },
    ],
    [
      ...(training.spot ? ["spot training bills fewer seconds: up to 90% off that line"] : []),
      ...others.map((type) => `training on ${type} instead: ${amount(on(type))}`),
    ],
  );
}

/** An hour of the endpoint with as few instances as the scaling leaves it. */
export function servingCosts({ region, endpoint }: Scope & Pick<Config, "endpoint">): Costs {
  const { instanceType, scaling } = endpoint;
  const price = priceOf({ region, instanceType, use: "hosting" });
  return costs(
    "An hour of serving",
    [
      {
        what: "endpoint",
        usd: price && price * scaling.minCapacity,
        sum: `${scaling.minCapacity} x ${instanceType}`,
      },
    ],
    [
      `with ${scaling.maxCapacity} instances, the most: ${amount(price && price * scaling.maxCapacity)}`,
    ],
  );
}

/** A month of alarms, metric and dashboard, and of Model Monitor where it is asked for. */
export function monitoringCosts({ region, monitoring }: Scope & Pick<Config, "monitoring">): Costs {
  const { modelMonitor } = monitoring;
  return costs(
    "A month of monitoring",
    [
      use(region, "alarms", "alarm month", application.alarms),
      use(region, "metrics", "metric month", application.metrics),
      use(region, "dashboard", "dashboard month", application.dashboards),
      ...(modelMonitor === undefined
        ? []
        : [modelMonitorCost(region, HOURS_A_MONTH, modelMonitor)]),
    ],
    [
      "an account's first ten alarms and metrics and three dashboards are free; a metric costs the hours it is written in",
      ...(modelMonitor === undefined ? [] : [modelMonitorNote]),
    ],
  );
}

/** A thousand pictures through the API, besides the endpoint. */
export function pictureCosts({ region, endpoint }: Scope & Pick<Config, "endpoint">): Costs {
  const pictures = 1000;
  const functions = [...application.lambdas, application.api];
  const gbSeconds = functions.reduce((sum, each) => sum + (each.memoryMB / 1024) * each.seconds, 0);
  const seconds = application.lambdas.reduce((sum, each) => sum + each.seconds, 0);
  const captured = pictures * (endpoint.capturePercentage / 100);
  const bytes = captured * ((PICTURE_BYTES * 4) / 3 + 500);
  return costs(
    "1,000 pictures through the API",
    [
      use(region, "API", "HTTP API request", pictures),
      use(region, "Lambda, requests", "Lambda request", pictures * functions.length),
      use(region, "Lambda, time", "Lambda GB-second", pictures * gbSeconds),
      use(region, "executions", "EXPRESS request", pictures),
      use(region, "executions, time", "EXPRESS GB-second", pictures * seconds * EXPRESS_GB),
      use(region, "reading pictures", "S3 GET", pictures),
      use(region, "logs", "log GB", (pictures * LOG_BYTES) / 2 ** 30),
      stored(region, "captured inferences, a month", bytes),
    ],
    ["estimates: the Lambdas' time, and 2 KB of logs a picture"],
  );
}

/** A month of the whole, with as few instances as the scaling leaves it. */
export function monthCosts(
  config: Scope & Pick<Config, "endpoint" | "monitoring">,
  { picturesPerMonth: pictures }: Pick<Usage, "picturesPerMonth">,
): Costs {
  return costs(`A month of ${HOURS_A_MONTH} hours`, [
    ...scaled(servingCosts(config), HOURS_A_MONTH, `${HOURS_A_MONTH} h`),
    ...monitoringCosts(config).lines,
    ...scaled(pictureCosts(config), pictures / 1000, `${number(pictures)} pictures`),
  ]);
}

/** What a day less of the environment saves: its endpoint and its monitoring. */
export function savedCosts(config: Scope & Pick<Config, "endpoint" | "monitoring">): Costs {
  return costs("What a teardown saves a day", [
    ...scaled(servingCosts(config), 24, "24 h"),
    ...scaled(monitoringCosts(config), 1 / DAYS_A_MONTH, `a month / ${DAYS_A_MONTH}`),
  ]);
}

/** A month of what stays after a teardown that keeps models and reports, for each run. */
export function remainingCosts({ region }: Scope, { testPictures }: Usage): Costs {
  return costs(
    "What stays after a teardown, a month and run",
    [
      stored(region, "the model", MODEL_BYTES),
      stored(region, "its evaluation", testPictures * 200),
    ],
    ["`teardown` of pipeline.yaml decides what stays"],
  );
}

/** Adds costs up. */
export function costs(title: string, lines: readonly Cost[], notes: readonly string[] = []): Costs {
  return {
    title,
    lines,
    usd: lines.reduce((sum, { usd = 0 }) => sum + usd, 0),
    unknown: lines.filter(({ usd }) => usd === undefined).map(({ what }) => what),
    notes,
  };
}

function scaled({ lines }: Costs, factor: number, sum: string): Cost[] {
  return lines.map(({ what, usd }) => ({ what, usd: usd && usd * factor, sum }));
}

function use(region: string, what: string, service: Service, units: number): Cost {
  const price = servicePrice(region, service);
  return { what, usd: price && price * units, sum: `${number(units)} x ${service}` };
}

function stored(region: string, what: string, bytes: number): Cost {
  const daily = storageCost(region, bytes);
  return { what, usd: daily && daily * DAYS_A_MONTH, sum: `${number(bytes / 1e6)} MB in S3` };
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** Their total: `$1.20`, `at least $1.20` where one is not known, or `unknown` where none is. */
export function total({ usd, unknown, lines }: Costs): string {
  if (unknown.length === 0) return amount(usd);
  return unknown.length < lines.length ? `at least ${amount(usd)}` : "unknown";
}

/** `$0.0012`, or `unknown`. */
export function amount(usd: number | undefined): string {
  return usd === undefined ? "unknown" : dollars(usd);
}
