import { type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { Context } from "../context.ts";
import type { FeatureDrift, Verdict } from "./drift.ts";
import type { Shares } from "./window.ts";

/** The one namespace of the project's own metrics; the bootstrap template allows no other. */
const NAMESPACE = "Scones";

/** What is published of a window. */
export interface Finding {
  readonly endpointName: string;
  readonly records: number;
  readonly verdict: Verdict;
  readonly features: readonly FeatureDrift[];
  readonly shares: Shares;
}

/**
 * Writes a window's numbers to CloudWatch, dimension EndpointName: Records, Drift (0 or 1),
 * LowConfidenceShare, UnlikeShare, StrangerShare, and LargestPsi of all features. Six metrics, since each
 * costs by the month. What was not compared is not written.
 */
export async function publishMetrics(
  { clients, signal }: Context,
  { endpointName, records, verdict, features, shares }: Finding,
): Promise<void> {
  const indices = features.filter(({ statistic }) => statistic === "psi").map(({ value }) => value);
  const compared = features.length > 0;
  const values: readonly (readonly [string, number | undefined, MetricDatum["Unit"]])[] = [
    ["Records", records, "Count"],
    ["Drift", verdict === "insufficient data" ? undefined : Number(verdict === "drift"), "None"],
    ["LowConfidenceShare", compared ? shares.lowConfidence : undefined, "None"],
    ["UnlikeShare", compared ? shares.unlike : undefined, "None"],
    ["StrangerShare", compared ? shares.strangers : undefined, "None"],
    ["LargestPsi", compared ? Math.max(...indices) : undefined, "None"],
  ];
  const Timestamp = new Date();
  await clients.cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: NAMESPACE,
      MetricData: values
        .filter(([, value]) => value !== undefined)
        .map(([MetricName, Value, Unit]) => ({
          MetricName,
          Value,
          Unit,
          Timestamp,
          Dimensions: [{ Name: "EndpointName", Value: endpointName }],
        })),
    }),
    { abortSignal: signal },
  );
}
