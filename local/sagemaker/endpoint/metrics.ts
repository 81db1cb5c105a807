import {
  CloudWatchClient,
  type MetricDatum,
  PutMetricDataCommand,
  type StandardUnit,
} from "@aws-sdk/client-cloudwatch";
import { ROOT_CREDENTIALS } from "../../ministack.ts";

const namespace = "AWS/SageMaker";
const flushAfterMs = 1_000;
/** PutMetricData's limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const valuesPerDatum = 150;
const datumsPerRequest = 1_000;

/** One request that a variant was asked. */
interface MeasuredInvocation {
  readonly endpointName: string;
  readonly variantName: string;
  readonly configName: string;
  /** Of the variant, at the time. */
  readonly instances: number;
  /** The container's HTTP status; undefined where it gave none. */
  readonly status: number | undefined;
  readonly modelMs: number;
  readonly overheadMs: number;
}

/** Counts by value, as they go to CloudWatch. */
type Values = Map<number, number>;

/**
 * Writes an endpoint's invocation metrics to CloudWatch, a second's at once, as AWS's service does:
 * by EndpointName and VariantName, and once more by EndpointConfigName too. Latencies are in
 * microseconds, in three digits. What can't be written is lost and said on the console.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 */
export class Metrics {
  readonly #client: CloudWatchClient | undefined;
  #waiting = new Map<string, Values>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** Without an endpoint nothing is written. */
  constructor(region: string, endpoint: string | undefined) {
    if (endpoint === undefined) return;
    this.#client = new CloudWatchClient({ region, endpoint, credentials: ROOT_CREDENTIALS });
  }

  /** Takes down one request. */
  record(invocation: MeasuredInvocation): void {
    if (this.#client === undefined) return;
    const { endpointName, variantName, configName } = invocation;
    for (const [name, value] of Object.entries(valuesOf(invocation))) {
      this.#add([name, endpointName, variantName], value);
      this.#add([name, endpointName, variantName, configName], value);
    }
    this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const datums = [...this.#waiting].flatMap(([key, values]) => datumsOf(key, values));
    this.#waiting = new Map();
    if (datums.length > 0) this.#writing = this.#writing.then(() => this.#write(datums));
    await this.#writing;
  }

  /** Writes the rest and lets go of the connection. */
  async close(): Promise<void> {
    await this.flush();
    this.#client?.destroy();
  }

  #add(parts: readonly string[], value: number): void {
    const key = JSON.stringify(parts);
    const values = this.#waiting.get(key) ?? new Map<number, number>();
    this.#waiting.set(key, values.set(value, (values.get(value) ?? 0) + 1));
  }

  async #write(datums: readonly MetricDatum[]): Promise<void> {
    try {
      for (let from = 0; from < datums.length; from += datumsPerRequest) {
        const MetricData = datums.slice(from, from + datumsPerRequest);
        await this.#client?.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
      }
    } catch (error) {
      console.error(`the endpoints' metrics could not be written: ${String(error)}`);
    }
  }
}

function valuesOf({ instances, status, modelMs, overheadMs }: MeasuredInvocation) {
  const isClientError = status !== undefined && status >= 400 && status < 500;
  const isSuccess = status !== undefined && status >= 200 && status < 300;
  return {
    Invocations: 1,
    InvocationsPerInstance: 1 / instances,
    Invocation4XXErrors: Number(isClientError),
    // A container that gives no answer is as one that fails.
    Invocation5XXErrors: Number(!isClientError && !isSuccess),
    InvocationModelErrors: Number(!isSuccess),
    ModelLatency: microseconds(modelMs),
    OverheadLatency: microseconds(overheadMs),
  };
}

function microseconds(milliseconds: number): number {
  return Number((Math.max(0, milliseconds) * 1000).toPrecision(3));
}

function datumsOf(key: string, values: Values): MetricDatum[] {
  const [name = "", ...dimensions] = JSON.parse(key) as string[];
  const names = ["EndpointName", "VariantName", "EndpointConfigName"];
  const Unit: StandardUnit = name.endsWith("Latency") ? "Microseconds" : "None";
  const entries = [...values];
  return Array.from({ length: Math.ceil(entries.length / valuesPerDatum) }, (_, at) => {
    const part = entries.slice(at * valuesPerDatum, (at + 1) * valuesPerDatum);
    return {
      MetricName: name,
      Dimensions: dimensions.map((Value, index) => ({ Name: names[index], Value })),
      Unit,
      Timestamp: new Date(),
      Values: part.map(([value]) => value),
      Counts: part.map(([, count]) => count),
    };
  });
}
