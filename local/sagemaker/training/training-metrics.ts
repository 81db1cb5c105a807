import type { MetricData } from "@aws-sdk/client-sagemaker";

const line = /Epoch\[\d+\].*?\b(Train|Validation)-([a-z-]+)=([-+.\de]+|nan|inf)/i;

/** Finds image-classification's metrics in its log, by the definitions that SageMaker has for it. */
export class TrainingMetrics {
  readonly #latest = new Map<string, MetricData>();

  /** Reads one line such as `Epoch[3] Validation-accuracy=0.95`, which is `validation:accuracy`; true where it is one. */
  read(text: string): boolean {
    const [, set, metric, value] = line.exec(text) ?? [];
    if (set === undefined || metric === undefined || value === undefined) return false;
    const MetricName = `${set.toLowerCase()}:${metric.toLowerCase().replaceAll("-", "_")}`;
    this.#latest.set(MetricName, { MetricName, Value: Number(value), Timestamp: new Date() });
    return true;
  }

  /** The last value of each metric. */
  latest(): MetricData[] {
    return [...this.#latest.values()];
  }
}
